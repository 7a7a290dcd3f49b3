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

    def loudness(self, latents: NDArray[Any], quality: Quality, exact: bool) -> NDArray[Any]:
        """Return the loudness [4 N, 128] of latents [N, C], in double precision where `exact`.

        The synthesis blows up the rounding of single precision, which differs between machines, to
        another sound.
        """
        dtype = np.float64 if exact else np.float32
        layers = self._exact_generator if exact else self._generator
        generated = generate(layers, latents.astype(dtype)[None], _seen(quality, dtype))
        return np.asarray(generated[0], dtype)

    @cached_property
    def _encoder(self) -> Layers:
        return layers_of(weights_below(self._weights, "encoder"), np.float32)

    @cached_property
    def _generator(self) -> Layers:
        return layers_of(weights_below(self._weights, "generator"), np.float32)

    @cached_property
    def _exact_generator(self) -> Layers:
        return layers_of(weights_below(self._weights, "generator"), np.float64)


def _seen(quality: Quality, dtype: type[np.floating]) -> NDArray[np.floating]:
    return np.asarray([quality.conditioning], dtype)
