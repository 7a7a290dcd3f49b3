"""The last step of a synthesis: the waveform itself moves until it sounds as loud as it should.

Griffin-Lim brings the magnitudes of all bins near to what they should be, and so cares for the loud
ones. What follows cares for the loudness of the mel bands, in which the codec measures errors.
"""

import torch
from torch import Tensor

from gan_audio_compression.signal.analysis import mel_filters, short_time_spectrum
from gan_audio_compression.signal.loudness import EXPONENT, SPREAD, to_loudness
from gan_audio_compression.signal.overlap import spectrum_gradient
from gan_audio_compression.signal.spec import FFT_SIZE, FLOOR, HOP

STEPS = 30

# At the project's speech level, whose samples have a root mean square of 0.05.
_FIRST_STEP = 5e-4
_SMALLEST_POWER = 1e-12


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
    # What moves is the signal at the project's level, so that a step is as large everywhere.
    gains = _of_samples(gain)
    normalised = signal * gains
    moved = normalised[first:end]
    optimiser = torch.optim.Adam([moved], lr=_FIRST_STEP, betas=(0.9, 0.99))
    for done in range(STEPS):
        optimiser.param_groups[0]["lr"] = _FIRST_STEP * (1 - done / STEPS)
        moved.grad = _error_gradient(normalised / gains, wanted, gain)[first:end]
        optimiser.step()
    matched = signal.clone()
    matched[first:end] = moved / gains[first:end]
    return matched


def _of_samples(gain: Tensor) -> Tensor:
    """Return the gain at each sample that frames see: that of the frame whose centre is nearest."""
    around = (FFT_SIZE - HOP) // 2
    inner = gain.flatten().repeat_interleave(HOP)
    return torch.cat([inner[:1].expand(around), inner, inner[-1:].expand(around)])


def _error_gradient(signal: Tensor, wanted: Tensor, gain: Tensor) -> Tensor:
    """Return the gradient, by the signal, of the squared error of its loudness in spreads.

    It is written out because autograd takes 1.6 times as long.
    """
    spectrum = short_time_spectrum(signal)
    power = spectrum.real.square() + spectrum.imag.square()
    magnitude = (power * gain.square() + _SMALLEST_POWER).sqrt()
    filters = mel_filters().to(magnitude)
    mel = magnitude @ filters
    log_mel = mel.log().clamp_min(FLOOR)
    heard = to_loudness(log_mel)
    by_mel = 2 / SPREAD**2 * EXPONENT * (heard - wanted) * heard / mel * (log_mel > FLOOR)
    by_magnitude = by_mel @ filters.T
    return spectrum_gradient(spectrum * (by_magnitude / magnitude * gain.square()))
