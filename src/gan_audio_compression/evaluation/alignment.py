"""Removes the delay of a codec.

The two waves are compared by how the power of narrow bands rises and falls, not by their samples:
a vocoder keeps the first and makes up the phases of the second, so that the correlation of its
waveform peaks pitch periods away from the delay.
"""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.signal import ShortTimeFFT
from scipy.signal.windows import hann

from gan_audio_compression.errors import GanAudioCompressionError
from gan_audio_compression.signal.spec import SAMPLE_RATE

Wave = NDArray[np.float32]

_HOP = 16
_WINDOW = 512
# What all codecs of speech pass, in Hz.
_LOWEST, _HIGHEST = 150.0, 3_800.0
# Power below the strongest cell, 50 dB, where a codec's noise hides the speech.
_FLOOR = 1e-5
# Energy of a pattern that does not change, but for rounding.
_FLAT = 1e-6
# Codec2 at 700 bit/s correlates by 0.54 or more, other speech of some seconds by 0.25 or less.
_LEAST_CORRELATION = 0.35
_SHORTEST, _LONGEST = SAMPLE_RATE // 4, 30 * SAMPLE_RATE


class AlignmentError(GanAudioCompressionError):
    """The decoded speech is nowhere like the original."""


def find_delay(reference: Wave, decoded: Wave, reach: float = 0.1) -> int:
    """How many samples `decoded` comes later than `reference`, up to `reach` seconds both ways.

    It is found from the first 30 s, to a fraction of a millisecond. Where there is nothing to
    compare, in silence or in less than 0.25 s, it is taken to be 0.

    Args:
        reference: the speech before coding, [n] at 16 kHz.
        decoded: the same after, [m].
        reach: the largest delay, in seconds.

    Raises:
        AlignmentError: at no delay does one resemble the other.
    """
    if min(len(reference), len(decoded)) < _SHORTEST:
        return 0
    pattern, other = _pattern(reference[:_LONGEST]), _pattern(decoded[:_LONGEST])
    energies = float(np.square(pattern).sum()), float(np.square(other).sum())
    if min(energies) < _FLAT:
        return 0
    largest_lag = round(reach * SAMPLE_RATE) // _HOP
    lags = _correlation(pattern, other, largest_lag)
    peak = int(np.argmax(lags))
    if lags[peak] < _LEAST_CORRELATION * math.sqrt(math.prod(energies)):
        raise AlignmentError(
            f"The decoded speech is unlike the original at every delay up to {reach:g} s;"
            " listen to what the codec gives back."
        )
    return round((peak + _vertex(lags, peak) - largest_lag) * _HOP)


def aligned(decoded: Wave, delay: int, length: int) -> Wave:
    """`decoded` without its delay, cut or padded with zeros to `length` samples.

    Args:
        decoded: [m] samples.
        delay: how many samples it comes late; early where negative.
        length: of the reference.
    """
    early = max(0, -delay)
    kept = decoded[max(0, delay) :][: max(0, length - early)]
    return np.pad(kept, (min(early, length), max(0, length - early - len(kept))))


def _pattern(wave: Wave) -> NDArray[np.float64]:
    """Log power of each band against its mean, [bands, frames], a frame each millisecond."""
    transform = ShortTimeFFT(hann(_WINDOW, sym=False), _HOP, SAMPLE_RATE)
    bands = (transform.f >= _LOWEST) & (transform.f <= _HIGHEST)
    power = np.square(np.abs(transform.stft(wave.astype(np.float64))[bands]))
    # Silence too must have a logarithm.
    levels = np.log(power + _FLOOR * power.max() + np.finfo(np.float64).tiny)
    pattern: NDArray[np.float64] = levels - levels.mean(axis=1, keepdims=True)
    return pattern


def _correlation(
    reference: NDArray[np.float64], decoded: NDArray[np.float64], largest_lag: int
) -> NDArray[np.float64]:
    """Correlation of two patterns, over all bands, for each lag of `decoded` in turn."""
    size = fft.next_fast_len(reference.shape[1] + decoded.shape[1] + largest_lag, real=True)
    spectrum = (np.conj(fft.rfft(reference, size)) * fft.rfft(decoded, size)).sum(axis=0)
    lags: NDArray[np.float64] = np.roll(fft.irfft(spectrum, size), largest_lag)
    return lags[: 2 * largest_lag + 1]


def _vertex(values: NDArray[np.float64], peak: int) -> float:
    """Where the parabola through a peak and its neighbours is highest, from the peak on."""
    if not 0 < peak < len(values) - 1:
        return 0.0
    before, at, after = values[peak - 1 : peak + 2]
    return float(0.5 * (before - after) / (before - 2 * at + after))
