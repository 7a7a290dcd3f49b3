"""How far waves are from speech: in STFTs of several resolutions, and to a listener."""

import torch
from torch import Tensor

from gan_audio_compression.codec.distortion import lost_pesq
from gan_audio_compression.signal.bark import power_of_wave

_WINDOWS = (256, 512, 1024, 2048)
_OVERLAP = 4
# Of the power law of loudness, between the magnitude, which loud bins rule, and its logarithm.
_COMPRESSION = 0.3
_SMALLEST_MAGNITUDE = 1e-5
# Below it, at the project's speech level, nothing is heard.
_FAINT_MAGNITUDE = 1e-3


def spectral_losses(speech: Tensor, made: Tensor) -> dict[str, Tensor]:
    """Return how far waves `made` [B, n] are from `speech` [B, n], as means over resolutions.

    After Yamamoto, Song, Kim, "Parallel WaveGAN", 2020, equations 4 and 5, and with magnitudes to
    the power 0.3 besides. Each is 0 where the magnitudes are equal.

    Returns:
        convergence: the length of the difference of the magnitudes, relative to speech.
        magnitude: mean absolute difference of the magnitudes to the power 0.3.
        log_magnitude: mean absolute difference of their logarithms, in nepers.
    """
    each = [_at_resolution(speech, made, window) for window in _WINDOWS]
    return {name: torch.stack([losses[name] for losses in each]).mean() for name in each[0]}


def wave_disturbance(speech: Tensor, made: Tensor) -> Tensor:
    """Return the points that PESQ would take off waves [B, n], both bands together, on average."""
    return lost_pesq(speech, made, power=power_of_wave).mean()


def _at_resolution(speech: Tensor, made: Tensor, window: int) -> dict[str, Tensor]:
    wanted, ours = (_magnitude(wave, window) for wave in (speech, made))
    lengths = wanted.norm(dim=(1, 2)).clamp_min(_FAINT_MAGNITUDE)
    logarithms = [magnitude.clamp_min(_FAINT_MAGNITUDE).log() for magnitude in (ours, wanted)]
    return {
        "convergence": ((ours - wanted).norm(dim=(1, 2)) / lengths).mean(),
        "magnitude": (ours.pow(_COMPRESSION) - wanted.pow(_COMPRESSION)).abs().mean(),
        "log_magnitude": (logarithms[0] - logarithms[1]).abs().mean(),
    }


def _magnitude(wave: Tensor, window: int) -> Tensor:
    """Return the STFT magnitude [B, bins, frames] of waves [B, n], never quite zero."""
    hann = torch.hann_window(window, device=wave.device)
    spectrum = torch.stft(
        wave, window, window // _OVERLAP, window=hann, pad_mode="constant", return_complex=True
    )
    return spectrum.abs().clamp_min(_SMALLEST_MAGNITUDE)
