"""The level of speech: measured block by block, sent as one byte, restored by the receiver."""

import math
from array import array
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.signal.spec import SAMPLE_RATE, SPEECH_LEVEL_DB

LEVEL_STEP_DB = 0.5
LOWEST_LEVEL_CODE = 255

_LARGEST_LOSS_DB = 12.0
_WINDOW = SAMPLE_RATE // 50
_ACTIVE_RANGE_DB = 35.0
_SILENCE_DB = -LEVEL_STEP_DB * LOWEST_LEVEL_CODE


class Level(NamedTuple):
    """What brings a signal to the project's level.

    Attributes:
        mean: to remove first.
        gain: to multiply by then.
        code: the byte that tells the receiver.
    """

    mean: float
    gain: float
    code: int


class LevelMeter:
    """Measures mean and active level of samples at 16 kHz that come in blocks of any size.

    The level is the mean power, after the mean has been removed, over those windows of 20 ms that
    lie within 35 dB of the loudest: a pause does not count, as in ITU-T P.56, and one click does
    not decide. How the samples are cut into blocks changes nothing.
    """

    def __init__(self, memory_seconds: float | None = None) -> None:
        """Start with no samples; hold all that come, or those of the last `memory_seconds`."""
        self._memory = None if memory_seconds is None else max(1, round(memory_seconds * 50))
        # The sum and the sum of squares of each window, packed: an hour takes 3 MB.
        self._windows = array("d")
        self._rest = np.zeros(0)

    def add(self, samples: NDArray[np.float32]) -> None:
        """Measure `samples` ([n], n of any size)."""
        joined = np.concatenate([self._rest, samples])
        whole = len(joined) - len(joined) % _WINDOW
        windows = joined[:whole].reshape(-1, _WINDOW)
        sums, energies = windows.sum(axis=1), np.square(windows).sum(axis=1)
        self._windows.frombytes(np.column_stack([sums, energies]).tobytes())
        if self._memory is not None:
            del self._windows[: -2 * self._memory]
        self._rest = joined[whole:].copy()

    @property
    def mean(self) -> float:
        """Mean of the samples; 0 if there are none."""
        sums, _, sizes = self._moments()
        return float(sums.sum() / max(1.0, sizes.sum()))

    @property
    def level_db(self) -> float:
        """Active level in dB re full scale; -127.5, the lowest that can be sent, for silence."""
        sums, energies, sizes = self._moments()
        mean = self.mean
        # A recording's last window is filled up with zeros.
        power = (energies - 2 * mean * sums + sizes * mean**2) / _WINDOW
        loudest = power.max(initial=0.0)
        if loudest <= 10 ** (_SILENCE_DB / 10):
            return _SILENCE_DB
        active = power[power > loudest * 10 ** (-_ACTIVE_RANGE_DB / 10)]
        return float(10 * np.log10(active.mean()))

    @property
    def level(self) -> Level:
        """What brings the samples to the project's level.

        Silence stays as it is: its code asks for the largest gain, which would only raise
        rounding noise.
        """
        code = level_code(self.level_db)
        gain = 1.0 if code == LOWEST_LEVEL_CODE else gain_to_speech_level(code)
        return Level(self.mean, gain, code)

    def _moments(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return the windows' sums, sums of squares and sizes, each [windows]."""
        rest = self._rest.sum(), np.square(self._rest).sum()
        sums, energies = np.append(self._windows, rest).reshape(-1, 2).T
        sizes = np.full(len(sums), float(_WINDOW))
        sizes[-1] = len(self._rest)
        return sums, energies, sizes


def active_level_db(samples: NDArray[np.float32]) -> float:
    """Return the level of `samples` ([n], 16 kHz) by `LevelMeter`, in dB re full scale."""
    meter = LevelMeter()
    meter.add(samples)
    return meter.level_db


def level_code(level_db: float) -> int:
    """Return the byte (0-255) that carries `level_db`: half decibels below full scale."""
    return int(np.clip(round(-level_db / LEVEL_STEP_DB), 0, LOWEST_LEVEL_CODE))


def corrected_level(code: int, log_mel: Tensor, generated: Tensor) -> int:
    """Return the byte that makes `generated` as strong as `log_mel`, both [frames, 128].

    A generator that is trained on logarithms errs towards their mean, which costs energy: one to
    three decibels of speech. What it loses is added to the level that is sent. A difference of
    more than 12 dB is no such loss and is left alone, as is silence.
    """
    lost_db = 10 * math.log10(float(log_mel.exp().square().sum() / generated.exp().square().sum()))
    if code == LOWEST_LEVEL_CODE or abs(lost_db) > _LARGEST_LOSS_DB:
        return code
    return min(max(code - round(lost_db / LEVEL_STEP_DB), 0), LOWEST_LEVEL_CODE - 1)


def gain_to_speech_level(code: int) -> float:
    """Return the factor that brings a signal of level `code` to `SPEECH_LEVEL_DB`.

    The receiver divides by it, so the level that it restores is right to 0.25 dB.
    """
    return float(10 ** ((SPEECH_LEVEL_DB + LEVEL_STEP_DB * code) / 20))


def restore_level(speech: NDArray[np.float32], code: int) -> NDArray[np.float32]:
    """Return speech [n] at the project's level as loud as the recording of level `code` was."""
    return speech / np.float32(gain_to_speech_level(code))


def normalise_level(samples: NDArray[np.float32]) -> tuple[NDArray[np.float32], int]:
    """Remove the mean of `samples` ([n], 16 kHz), bring them to `SPEECH_LEVEL_DB`.

    Returns the samples and the level code that undoes the gain.
    """
    meter = LevelMeter()
    meter.add(samples)
    mean, gain, code = meter.level
    return (samples - np.float32(mean)) * np.float32(gain), code
