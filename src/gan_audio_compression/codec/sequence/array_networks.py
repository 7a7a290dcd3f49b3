"""Encoder and generator of the sequence codec by NumPy, on one core."""

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.codec.sequence.quality import Quality
from gan_audio_compression.networks.layers import Layers, layers_of
from gan_audio_compression.networks.sequence.encoder import encode
from gan_audio_compression.networks.sequence.generator import generate
from gan_audio_compression.networks.weights import Weights, weights_below


class ArrayNetworks:
    """Computes without PyTorch.

    Args:
        weights: of both networks, "encoder.name" and "generator.name".
    """

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    def latents(self, loudness: NDArray[np.float32], quality: Quality) -> NDArray[np.float32]:
        """Return the latents [N, C] of loudness [4 N, 128]."""
        encoded = encode(self._encoder, loudness[None], _seen(quality, np.float32))
        return np.asarray(encoded[0], np.float32)

    def loudness(self, latents: NDArray[Any], quality: Quality) -> NDArray[np.float64]:
        """Return the loudness [4 N, 128] of latents [N, C], in double precision.

        The synthesis blows up the rounding of single precision, which differs between machines, to
        another sound.
        """
        precise = latents.astype(np.float64)[None]
        generated = generate(self._generator, precise, _seen(quality, np.float64))
        return np.asarray(generated[0], np.float64)

    @cached_property
    def _encoder(self) -> Layers:
        return layers_of(weights_below(self._weights, "encoder"), np.float32)

    @cached_property
    def _generator(self) -> Layers:
        return layers_of(weights_below(self._weights, "generator"), np.float64)


def _seen(quality: Quality, dtype: type[np.floating]) -> NDArray[np.floating]:
    return np.asarray([quality.conditioning], dtype)
