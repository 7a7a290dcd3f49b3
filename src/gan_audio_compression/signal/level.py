"""The level of an utterance: measured once, sent as one byte, restored by the receiver."""

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.signal.spec import SAMPLE_RATE, SPEECH_LEVEL_DB

LEVEL_STEP_DB = 0.5
LOWEST_LEVEL_CODE = 255

_WINDOW = SAMPLE_RATE // 50
_ACTIVE_RANGE_DB = 35.0
_SILENCE_DB = -LEVEL_STEP_DB * LOWEST_LEVEL_CODE


def active_level_db(samples: NDArray[np.float32]) -> float:
    """Return the level of the active parts of `samples` ([n], 16 kHz) in dB re full scale.

    The mean power over those windows of 20 ms that lie within 35 dB of the loudest: a pause
    does not count, as in ITU-T P.56, and one click does not decide. Silence gives -127.5 dB.
    """
    padded = np.pad(samples.astype(np.float64), (0, -len(samples) % _WINDOW))
    power = np.square(padded.reshape(-1, _WINDOW)).mean(axis=1)
    loudest = power.max(initial=0.0)
    if loudest <= 10 ** (_SILENCE_DB / 10):
        return _SILENCE_DB
    active = power[power > loudest * 10 ** (-_ACTIVE_RANGE_DB / 10)]
    return float(10 * np.log10(active.mean()))


def level_code(level_db: float) -> int:
    """Return the byte (0-255) that carries `level_db`: half decibels below full scale."""
    return int(np.clip(round(-level_db / LEVEL_STEP_DB), 0, LOWEST_LEVEL_CODE))


def gain_to_speech_level(code: int) -> float:
    """Return the factor that brings a signal of level `code` to `SPEECH_LEVEL_DB`.

    The receiver divides by it, so the level that it restores is right to 0.25 dB.
    """
    return float(10 ** ((SPEECH_LEVEL_DB + LEVEL_STEP_DB * code) / 20))


def normalise_level(samples: NDArray[np.float32]) -> tuple[NDArray[np.float32], int]:
    """Remove the mean of `samples` ([n], 16 kHz), bring them to `SPEECH_LEVEL_DB`.

    Returns the samples and the level code that undoes the gain. Silence stays as it is: its
    code asks for the largest gain, which would only raise rounding noise.
    """
    centred = samples - samples.mean(dtype=np.float64).astype(np.float32)
    code = level_code(active_level_db(centred))
    if code == LOWEST_LEVEL_CODE:
        return centred, code
    return (centred * np.float32(gain_to_speech_level(code))), code
