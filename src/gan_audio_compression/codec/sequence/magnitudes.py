"""The magnitudes of a decoded recording by the model's own network."""

import torch
from torch import Tensor

from gan_audio_compression.networks.sequence.magnitude import MagnitudeNetwork
from gan_audio_compression.signal.magnitude import mel_to_magnitude
from gan_audio_compression.signal.spec import FLOOR
from gan_audio_compression.signal.texture import Texture

# Below it, at the project's speech level, a magnitude is not heard.
_FAINTEST = 1e-3


class NetworkMagnitudes:
    """Gives the magnitudes of one recording, chunk by chunk, with a texture that goes on.

    Args:
        network: in double precision, on the CPU.
    """

    def __init__(self, network: MagnitudeNetwork) -> None:
        self._network = network
        self._texture = Texture()

    @torch.no_grad()
    def __call__(self, log_mel: Tensor) -> Tensor:
        """Return the magnitudes [frames, 257] of the next `log_mel` [frames, 128], float64."""
        texture = self._texture.frames(len(log_mel))
        audible = log_mel.isfinite().all(-1, keepdim=True)
        heard = log_mel.clamp_min(FLOOR)
        magnitude = expanded(textured(self._network, heard[None], texture[None])[0])
        return torch.where(audible, magnitude, 0.0)


def textured(network: MagnitudeNetwork, log_mel: Tensor, texture: Tensor) -> Tensor:
    """Return the magnitudes of decoded speech, `compressed`, [B, T, 257].

    Args:
        network: what they lack beside those of the pseudo-inverse.
        log_mel: [B, T, 128] in nepers.
        texture: [B, T, 257], see `signal.texture`.
    """
    correction, share = network(log_mel)
    made: Tensor = compressed(mel_to_magnitude(log_mel)) + correction + share * texture
    return made


def compressed(magnitude: Tensor) -> Tensor:
    """Return the logarithm of magnitudes, in nepers, which stops where they are not heard."""
    return (magnitude + _FAINTEST).log()


def expanded(logarithm: Tensor) -> Tensor:
    """Undo `compressed`; what lies below its end becomes zero."""
    return (logarithm.exp() - _FAINTEST).clamp_min(0.0)
