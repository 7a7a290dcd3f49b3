"""The level of speech: measured, sent as one byte, restored by the receiver."""

from array import array
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.signal.spec import SAMPLE_RATE, SPEECH_LEVEL_DB

LEVEL_STEP_DB = 0.5
LOWEST_LEVEL_CODE = 255
SILENCE_DB = -LEVEL_STEP_DB * LOWEST_LEVEL_CODE
"""The lowest level that can be sent; what is no louder is silence."""

WINDOW = SAMPLE_RATE // 50
"""Samples of the windows whose powers are measured: 20 ms."""

_ACTIVE_RANGE_DB = 35.0


class PowerMeter:
    """Measures the power of samples at 16 kHz in windows of 20 ms.

    How the samples are cut into blocks changes nothing.
    """

    def __init__(self, memory_seconds: float | None = None) -> None:
        """Start with no samples; hold all windows, or those of the last `memory_seconds`."""
        self._memory = None if memory_seconds is None else max(1, round(memory_seconds * 50))
        # Packed: an hour takes 1.4 MB.
        self._windows = array("d")
        self._rest = np.zeros(0, np.float32)
        self.forgotten = 0

    def add(self, samples: NDArray[np.float32]) -> None:
        """Measure `samples` ([n], n of any size)."""
        joined = np.concatenate([self._rest, samples])
        whole = len(joined) - len(joined) % WINDOW
        windows = joined[:whole].astype(np.float64).reshape(-1, WINDOW)
        self._windows.frombytes(np.square(windows).mean(axis=1).tobytes())
        self._rest = joined[whole:].copy()
        if self._memory is not None and (excess := len(self._windows) - self._memory) > 0:
            del self._windows[:excess]
            self.forgotten += excess

    @property
    def powers(self) -> NDArray[np.float64]:
        """Mean squares, [windows]; a last window is filled up with zeros."""
        rest = np.square(self._rest.astype(np.float64)).sum() / WINDOW
        return np.append(self._windows, rest if len(self._rest) else [])

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Return all that is held of what came."""
        windows, forgotten = np.array(self._windows), np.array(self.forgotten)
        return {"windows": windows, "rest": self._rest, "forgotten": forgotten}

    def restore(self, snapshot: Mapping[str, NDArray[Any]]) -> None:
        """Undo `snapshot`."""
        self._windows = array("d", snapshot["windows"].tobytes())
        self._rest, self.forgotten = snapshot["rest"], int(snapshot["forgotten"])


def active_level(powers: NDArray[np.float64]) -> float:
    """Return the active level, in dB re full scale, of windows of these powers.

    It is the mean power of those within 35 dB of the loudest: a pause does not count, as in
    ITU-T P.56. The lowest that can be sent, -127.5, stands for silence.
    """
    loudest = powers.max(initial=0.0)
    if loudest <= 10 ** (SILENCE_DB / 10):
        return SILENCE_DB
    active = powers[powers > loudest * 10 ** (-_ACTIVE_RANGE_DB / 10)]
    return float(10 * np.log10(active.mean()))


def active_level_db(samples: NDArray[np.float32]) -> float:
    """Return the active level of `samples` ([n], 16 kHz) without their mean."""
    meter = PowerMeter()
    meter.add(_centred(samples))
    return active_level(meter.powers)


def level_code(level_db: float) -> int:
    """Return the byte (0-255) that carries `level_db`: half decibels below full scale."""
    return int(np.clip(round(-level_db / LEVEL_STEP_DB), 0, LOWEST_LEVEL_CODE))


def gain_to_speech_level(code: int) -> float:
    """Return the factor that brings a signal of level `code` to `SPEECH_LEVEL_DB`.

    The receiver divides by it, so the level that it restores is right to 0.25 dB.
    """
    return float(gains_to_speech_level(np.array(code)))


def gains_to_speech_level(codes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return `gain_to_speech_level` of each code."""
    gains: NDArray[np.float64] = 10 ** ((SPEECH_LEVEL_DB + LEVEL_STEP_DB * codes) / 20)
    return gains


def restore_level(speech: NDArray[np.float32], code: int) -> NDArray[np.float32]:
    """Return speech [n] at the project's level as loud as the recording of level `code` was."""
    return speech / np.float32(gain_to_speech_level(code))


def normalise_level(samples: NDArray[np.float32]) -> tuple[NDArray[np.float32], int]:
    """Remove the mean of `samples` ([n], 16 kHz), bring them to `SPEECH_LEVEL_DB`.

    Silence stays as it is: its code asks for the largest gain, which would only raise rounding
    noise. Returns the samples and the level code that undoes the gain.
    """
    code = level_code(active_level_db(samples))
    gain = 1.0 if code == LOWEST_LEVEL_CODE else gain_to_speech_level(code)
    return _centred(samples) * np.float32(gain), code


def _centred(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    mean = samples.mean(dtype=np.float64) if len(samples) else 0.0
    return samples - np.float32(mean)
