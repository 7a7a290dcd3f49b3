"""The last step of a synthesis: the waveform itself moves until it sounds as loud as it should.

Griffin-Lim brings the magnitudes of all bins near to what they should be, and so cares for the loud
ones. What follows cares for the loudness of the mel bands, in which the codec measures errors.
"""

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.signal.analysis import mel_filters, short_time_spectrum
from gan_audio_compression.signal.arrays import at_least
from gan_audio_compression.signal.loudness import EXPONENT, SPREAD, to_loudness
from gan_audio_compression.signal.overlap import spectrum_gradient
from gan_audio_compression.signal.spec import FFT_SIZE, FLOOR, HOP

STEPS = 30

# At the project's speech level, whose samples have a root mean square of 0.05.
_FIRST_STEP = 5e-4
_MEAN_DECAY, _POWER_DECAY = 0.9, 0.99
_SMALLEST_POWER, _TINY = 1e-12, 1e-8

Precise = NDArray[np.float64]


def match_loudness(
    signal: Precise, log_mel: Precise, gain: Precise, first: int, end: int
) -> Precise:
    """Return `signal` with samples `first` to `end` moved towards the loudness of `log_mel`.

    The steps are Adam's (Kingma, Ba, 2015), ever smaller.

    Args:
        signal: [512 + 128 * (frames - 1)], which all frames see.
        log_mel: [frames, 128] in nepers, of the signal times `gain`.
        gain: [frames, 1].
        first, end: samples outside of which the signal stays.
    """
    if end <= first:
        return signal
    wanted = to_loudness(at_least(log_mel, FLOOR))
    # What moves is the signal at the project's level, so that a step is as large everywhere.
    gains = _of_samples(gain)
    normalised = signal * gains
    moved = normalised[first:end]
    mean, power = np.zeros_like(moved), np.zeros_like(moved)
    for done in range(STEPS):
        gradient = _error_gradient(normalised / gains, wanted, gain)[first:end]
        mean += (1 - _MEAN_DECAY) * (gradient - mean)
        power += (1 - _POWER_DECAY) * (gradient**2 - power)
        step = _FIRST_STEP * (1 - done / STEPS) / (1 - _MEAN_DECAY ** (done + 1))
        moved -= step * mean / (np.sqrt(power / (1 - _POWER_DECAY ** (done + 1))) + _TINY)
    matched = signal.copy()
    matched[first:end] = moved / gains[first:end]
    return matched


def _of_samples(gain: Precise) -> Precise:
    """Return the gain at each sample that frames see: that of the frame whose centre is nearest."""
    return np.pad(gain.reshape(-1).repeat(HOP), (FFT_SIZE - HOP) // 2, mode="edge")


def _error_gradient(signal: Precise, wanted: Precise, gain: Precise) -> Precise:
    """Return the gradient, by the signal, of the squared error of its loudness in spreads."""
    spectrum = short_time_spectrum(signal)
    power = spectrum.real**2 + spectrum.imag**2
    magnitude = np.sqrt(power * gain**2 + _SMALLEST_POWER)
    filters = mel_filters().astype(np.float64)
    mel = magnitude @ filters
    log_mel = at_least(np.log(mel), FLOOR)
    heard = to_loudness(log_mel)
    by_mel = 2 / SPREAD**2 * EXPONENT * (heard - wanted) * heard / mel * (log_mel > FLOOR)
    by_magnitude = by_mel @ filters.T
    return spectrum_gradient(spectrum * (by_magnitude / magnitude * gain**2))
