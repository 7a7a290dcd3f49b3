"""The last step of a synthesis: the waveform itself moves until it sounds as loud as it should.

Griffin-Lim brings the magnitudes of all bins near to what they should be, and so cares for the loud
ones. What follows cares for the loudness of the mel bands, in which the codec measures errors.
"""

import math
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

from gan_audio_compression.signal.analysis import hann_window, mel_filters
from gan_audio_compression.signal.loudness import SPREAD, to_loudness
from gan_audio_compression.signal.spec import FFT_SIZE, FLOOR, HOP, MEL_BANDS

STEPS = 30

MATCHING = f"loudness matched by {STEPS} steps of Adam"
"""Names this method wherever a result depends on it: change it when the method changes."""

# At the project's speech level, whose samples have a root mean square of 0.05.
_FIRST_STEP = 5e-4
_SMALLEST_POWER = 1e-12


@torch.enable_grad()
def match_loudness(signal: Tensor, log_mel: Tensor, gain: Tensor, first: int, end: int) -> Tensor:
    """Return `signal` with samples `first` to `end` moved towards the loudness of `log_mel`.

    Args:
        signal: [512 + 128 * (frames - 1)], which all frames see.
        log_mel: [frames, 128] in nepers, of the signal times `gain`.
        gain: [frames, 1].
        first, end: samples outside of which the signal stays.
    """
    if end <= first:
        return signal
    wanted = to_loudness(log_mel.clamp_min(FLOOR))
    moved = signal[first:end].clone().requires_grad_(True)
    # Relative to the level that is heard now, so that a step is as large as for speech at the
    # project's level.
    step = _FIRST_STEP / float(gain.mean())
    optimiser = torch.optim.Adam([moved], lr=step, betas=(0.9, 0.99))
    for done in range(STEPS):
        optimiser.param_groups[0]["lr"] = step * (1 - done / STEPS)
        whole = torch.cat([signal[:first], moved, signal[end:]])
        spectrum = _spectrum(whole) * gain
        power = spectrum.real.square() + spectrum.imag.square()
        mel = _mel((power + _SMALLEST_POWER).sqrt())
        heard = to_loudness(mel.clamp_min(math.exp(FLOOR)).log())
        optimiser.zero_grad()
        ((heard - wanted) / SPREAD).square().sum().backward()
        optimiser.step()
    return torch.cat([signal[:first], moved.detach(), signal[end:]])


def _spectrum(signal: Tensor) -> Tensor:
    """Return the STFT; its gradient is much faster than that of `unfold`."""
    hops = signal.reshape(-1, HOP)
    frames = len(hops) - FFT_SIZE // HOP + 1
    shifted = [hops[first : first + frames] for first in range(FFT_SIZE // HOP)]
    spectrum: Tensor = torch.fft.rfft(torch.cat(shifted, dim=1) * hann_window().to(signal))
    return spectrum


def _mel(magnitude: Tensor) -> Tensor:
    """Return the mel-weighted magnitude [frames, 128] of [frames, 257].

    A bin lies in two triangles at most, whose bands are neighbours: to add just these up is a
    fifth faster, over all of a step, than to multiply by the whole matrix.
    """
    band, first, second = (part.to(magnitude.device) for part in _triangles())
    mel = magnitude.new_zeros(len(magnitude), MEL_BANDS + 1)
    mel = mel.index_add(1, band, magnitude * first)
    return mel.index_add(1, band + 1, magnitude * second)[:, :MEL_BANDS]


@cache
def _triangles() -> tuple[Tensor, Tensor, Tensor]:
    """Return for each bin its lower band, and its weights in that and in the next one."""
    filters = mel_filters().double()
    band = (filters > 0).double().argmax(1)
    padded = functional.pad(filters, (0, 1))
    first, second = (padded.gather(1, (band + step)[:, None]).flatten() for step in (0, 1))
    return band, first, second
