"""The magnitudes of a decoded recording by the model's own network."""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.networks.layers import Layers
from gan_audio_compression.networks.sequence.magnitude import correct
from gan_audio_compression.signal.arrays import Array, array_namespace, at_least
from gan_audio_compression.signal.magnitude import mel_to_magnitude
from gan_audio_compression.signal.spec import FLOOR
from gan_audio_compression.signal.texture import Texture

# Below it, at the project's speech level, a magnitude is not heard.
_FAINTEST = 1e-3


class NetworkMagnitudes:
    """Gives the magnitudes of one recording, chunk by chunk, with a texture that goes on.

    Args:
        network: in double precision.
    """

    def __init__(self, network: Layers) -> None:
        self._correct = partial(correct, network)
        self._texture = Texture()

    def __call__(self, log_mel: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the magnitudes [frames, 257] of the next `log_mel` [frames, 128]."""
        audible = np.isfinite(log_mel).all(-1, keepdims=True)
        heard = at_least(log_mel, FLOOR)[None]
        texture = self._texture.frames(len(log_mel))[None]
        magnitude = expanded(textured(self._correct, heard, texture)[0])
        return np.where(audible, magnitude, 0.0)


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
