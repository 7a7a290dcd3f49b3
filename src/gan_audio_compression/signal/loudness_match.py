"""The last step of a synthesis: the waveform itself moves until it sounds as loud as it should.

Griffin-Lim brings the magnitudes of all bins near to what they should be, and so cares for the loud
ones. What follows cares for the loudness of the mel bands, in which the codec measures errors.
"""

import math
from dataclasses import dataclass

import numpy as np

from gan_audio_compression.signal.arrays import Floats, at_least, like
from gan_audio_compression.signal.frame_blocks import Block, FrameBlocks
from gan_audio_compression.signal.loudness import (
    EXPONENT,
    SPREAD,
    loudness_of_mel,
    to_loudness,
)
from gan_audio_compression.signal.mel_groups import gradient_by_magnitude, mel_of
from gan_audio_compression.signal.spec import BINS, FFT_SIZE, FLOOR, HOP

_POWER_DECAY = 0.99
_SMALLEST_POWER, _TINY = 1e-12, 1e-8
_LOWEST_MEL = math.exp(FLOOR)
# The inverse FFT divides by its size, and counts all bins but the two outermost twice.
_TO_SPECTRUM = 2 * EXPONENT / SPREAD**2 * FFT_SIZE * np.array([1, *[0.5] * (BINS - 2), 1])


@dataclass(frozen=True)
class Descent:
    """The steps by which the waveform moves.

    Attributes:
        steps: how many.
        first_step: the largest, at the project's speech level, whose samples have a root mean
            square of 0.05.
        mean_decay: of Adam's mean of gradients.
    """

    steps: int = 30
    first_step: float = 5e-4
    mean_decay: float = 0.9


def match_loudness(
    signal: Floats, log_mel: Floats, gain: Floats, first: int, end: int, descent: Descent
) -> Floats:
    """Return `signal` with samples `first` to `end` moved towards the loudness of `log_mel`.

    The steps are Adam's (Kingma, Ba, 2015), ever smaller.

    Args:
        signal: [512 + 128 * (frames - 1)], which all frames see.
        log_mel: [frames, 128] in nepers, of the signal times `gain`.
        gain: [frames, 1].
        first, end: samples outside of which the signal stays.
        descent: the steps.
    """
    if end <= first:
        return signal
    error = LoudnessError(to_loudness(at_least(log_mel, FLOOR)), gain)
    # What moves is the signal at the project's level, so that a step is as large everywhere.
    gains = _of_samples(gain)
    normalised = signal * gains
    moved = normalised[first:end]
    mean, power = np.zeros_like(moved), np.zeros_like(moved)
    decay = descent.mean_decay
    for done in range(descent.steps):
        gradient = error.gradient(normalised / gains)[first:end]
        mean += (1 - decay) * (gradient - mean)
        power += (1 - _POWER_DECAY) * (gradient**2 - power)
        step = descent.first_step * (1 - done / descent.steps) / (1 - decay ** (done + 1))
        moved -= step * mean / (np.sqrt(power / (1 - _POWER_DECAY ** (done + 1))) + _TINY)
    matched = signal.copy()
    matched[first:end] = moved / gains[first:end]
    return matched


def _of_samples(gain: Floats) -> Floats:
    """Return the gain at each sample that frames see: that of the frame whose centre is nearest."""
    return np.pad(gain.reshape(-1).repeat(HOP), (FFT_SIZE - HOP) // 2, mode="edge")


class LoudnessError:
    """The squared error of the loudness in spreads.

    Args:
        wanted: loudness [frames, 128].
        gain: see `match_loudness`.
    """

    def __init__(self, wanted: Floats, gain: Floats) -> None:
        self._wanted, self._power_gain = wanted, gain**2
        self._frames = FrameBlocks(len(wanted), wanted.dtype)

    def gradient(self, signal: Floats) -> Floats:
        """Return the gradient by the signal."""
        return self._frames.overlapped(map(self._by_spectrum, self._frames.analysed(signal)))

    def _by_spectrum(self, block: Block) -> Block:
        """Return the gradient by the STFT, as `FrameBlocks.overlapped` takes it."""
        place, spectrum = block
        gain = self._power_gain[place]
        power = spectrum.real**2 + spectrum.imag**2
        magnitude = np.sqrt(power * gain + _SMALLEST_POWER)
        mel = mel_of(magnitude)
        heard = loudness_of_mel(np.maximum(mel, _LOWEST_MEL))
        by_mel = (heard - self._wanted[place]) * heard / mel * (mel > _LOWEST_MEL)
        spectrum *= gradient_by_magnitude(by_mel) / magnitude * (gain * like(_TO_SPECTRUM, gain))
        return place, spectrum
