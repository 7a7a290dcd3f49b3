"""Convolutions over time of a network that packets pass through, one after the other."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.networks.conv_next import KERNEL
from gan_audio_compression.networks.layers import OverTime
from gan_audio_compression.networks.weights import Weights, weights_below

_BEFORE = KERNEL // 2

Pasts = list[NDArray[Any]]
"""For each block what came last into its convolution, [3, width]."""


def no_pasts(blocks: int, width: int, dtype: Any) -> Pasts:
    """Return what was before the first packet: nothing."""
    return [np.zeros((_BEFORE, width), dtype) for _ in range(blocks)]


def pasts_under(prefix: str, pasts: Pasts) -> dict[str, NDArray[Any]]:
    """Return the pasts by name, as a state has them."""
    return {f"{prefix}.{place}": past for place, past in enumerate(pasts)}


def pasts_of(prefix: str, arrays: Weights) -> Pasts:
    """Undo `pasts_under`."""
    named = weights_below(arrays, prefix)
    return [named[str(place)] for place in range(len(named))]


class Passing:
    """Lets a packet pass, as `networks.live.encoder.Mix` has it: the blocks come in their order.

    Args:
        pasts: of the packets before; they stay as they are.

    Attributes:
        pasts: after the packet, for each row of a batch, [B or 1, 3, width].
    """

    def __init__(self, pasts: Sequence[NDArray[Any]]) -> None:
        self._before = iter(pasts)
        self.pasts: Pasts = []

    def __call__(self, layer: OverTime, features: NDArray[Any]) -> NDArray[Any]:
        """Return what a layer makes of a packet's features [B, N, width]."""
        past = np.broadcast_to(next(self._before), (len(features), _BEFORE, features.shape[-1]))
        joined = np.concatenate([past, features, np.zeros_like(past)], axis=1)
        self.pasts.append(joined[:, -2 * _BEFORE : -_BEFORE])
        return layer.valid(joined)
