"""Layers of trained networks without PyTorch: arrays, under the names that the weights have."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from gan_audio_compression.networks.weights import Weights, weights_below


class Linear:
    """A matrix and what is added: [..., inputs] to [..., outputs]."""

    def __init__(self, weights: Weights) -> None:
        self._matrix, self._bias = weights["weight"].T, weights["bias"]

    def __call__(self, features: NDArray[Any]) -> NDArray[Any]:
        """Return the outputs."""
        outputs: NDArray[Any] = features @ self._matrix
        outputs += self._bias
        return outputs


class OverTime:
    """A convolution over time of each feature by itself: [B, N, width] to the same."""

    def __init__(self, weights: Weights) -> None:
        self._taps, self._bias = weights["weight"][:, 0].T, weights["bias"]

    def __call__(self, features: NDArray[Any]) -> NDArray[Any]:
        """Return the outputs; what lies beyond the ends is zero."""
        batch, frames, width = features.shape
        beside = len(self._taps) // 2
        # NumPy's own padding takes longer than the convolution of a packet.
        padded = np.zeros((batch, frames + 2 * beside, width), features.dtype)
        padded[:, beside : beside + frames] = features
        return self.valid(padded)

    def valid(self, features: NDArray[Any]) -> NDArray[Any]:
        """Return the outputs [B, N, width] of frames [B, N + 6, width] that have all neighbours."""
        frames = features.shape[1] - len(self._taps) + 1
        shape = (len(features), frames, features.shape[2])
        outputs = np.broadcast_to(self._bias, shape).copy()
        for start, tap in enumerate(self._taps):
            outputs += tap * features[:, start : start + frames]
        return outputs


class Layers:
    """Layers, arrays and further layers below, by name or by number, as PyTorch has them."""

    def __init__(self, weights: Weights) -> None:
        names = dict.fromkeys(name.partition(".")[0] for name in weights)
        self._parts = {
            name: weights[name] if name in weights else _part(weights_below(weights, name))
            for name in names
        }

    def __getattr__(self, name: str) -> Any:
        try:
            return self._parts[name]
        except KeyError:
            raise AttributeError(f"there is no layer {name}") from None

    def __getitem__(self, place: int) -> Any:
        return self._parts[str(place)]

    def __iter__(self) -> Iterator[Any]:
        return (self._parts[place] for place in sorted(self._parts, key=int))


def _part(weights: Weights) -> Any:
    if weights.keys() != {"weight", "bias"}:
        return Layers(weights)
    return Linear(weights) if weights["weight"].ndim == 2 else OverTime(weights)


def layers_of(weights: Weights, dtype: DTypeLike) -> Layers:
    """Return the layers of a network that computes in `dtype`."""
    # Column by column, so that the transposed matrices of `Linear` lie as BLAS multiplies them:
    # with the few frames of a packet that takes half the time or less.
    in_columns = {name: np.asarray(weight, dtype, order="F") for name, weight in weights.items()}
    return Layers(in_columns)
