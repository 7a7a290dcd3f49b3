"""The magnitudes of a decoded recording by the model's own network."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.networks.layers import Layers
from gan_audio_compression.networks.sequence.magnitude import correct
from gan_audio_compression.signal.arrays import Array, Floats, array_namespace, at_least
from gan_audio_compression.signal.magnitude import mel_to_magnitude
from gan_audio_compression.signal.spec import BINS, FLOOR, MEL_BANDS
from gan_audio_compression.signal.texture import Texture

# Below it, at the project's speech level, a magnitude is not heard.
_FAINTEST = 1e-3


class NetworkMagnitudes:
    """Gives the magnitudes of one recording, chunk by chunk, with a texture that goes on.

    Args:
        network: of the precision of what it is fed.
        context: frames before a chunk that the network sees with it.
    """

    def __init__(self, network: Layers, context: int = 0) -> None:
        self._correct = partial(correct, network)
        self._texture = Texture()
        self._context = context
        self._past_log_mel: Floats = np.zeros((0, MEL_BANDS))
        self._past_texture: Floats = np.zeros((0, BINS))

    def __call__(self, log_mel: Floats) -> Floats:
        """Return the magnitudes [frames, 257] of the next `log_mel` [frames, 128]."""
        audible = np.isfinite(log_mel).all(-1, keepdims=True)
        precision, new_texture = log_mel.dtype, self._texture.frames(len(log_mel))
        heard = np.concatenate([self._past_log_mel, at_least(log_mel, FLOOR)], dtype=precision)
        texture = np.concatenate([self._past_texture, new_texture], dtype=precision)
        past = len(self._past_log_mel)
        magnitude = expanded(textured(self._correct, heard[None], texture[None])[0, past:])
        kept = max(len(heard) - self._context, 0)
        self._past_log_mel, self._past_texture = heard[kept:], texture[kept:]
        return np.where(audible, magnitude, 0.0)

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Return all that is held of what came."""
        past = {"past_log_mel": self._past_log_mel, "past_texture": self._past_texture}
        return past | self._texture.snapshot()

    def restore(self, snapshot: Mapping[str, NDArray[Any]]) -> None:
        """Undo `snapshot`."""
        self._past_log_mel = snapshot["past_log_mel"]
        self._past_texture = snapshot["past_texture"]
        self._texture.restore(snapshot)


def textured(
    network: Callable[[Array], tuple[Array, Array]], log_mel: Array, texture: Array
) -> Array:
    """Return the magnitudes of decoded speech, `compressed`, [B, T, 257].

    Args:
        network: gives what they lack beside those of the pseudo-inverse, see
            `networks.sequence.magnitude`.
        log_mel: [B, T, 128] in nepers.
        texture: [B, T, 257], see `signal.texture`.
    """
    correction, share = network(log_mel)
    made: Array = compressed(mel_to_magnitude(log_mel)) + correction + share * texture
    return made


def compressed(magnitude: Array) -> Array:
    """Return the logarithm of magnitudes, in nepers, which stops where they are not heard."""
    logarithm: Array = array_namespace(magnitude).log(magnitude + _FAINTEST)
    return logarithm


def expanded(logarithm: Array) -> Array:
    """Undo `compressed`; what lies below its end becomes zero."""
    magnitude: Array = array_namespace(logarithm).exp(logarithm) - _FAINTEST
    return at_least(magnitude, 0.0)
