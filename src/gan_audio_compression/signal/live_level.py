"""The level of speech as it comes: what the last seconds tell, in steps of 6 dB."""

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.signal.level import PowerMeter, active_level
from gan_audio_compression.signal.spec import SPEECH_LEVEL_DB

LIVE_LEVELS = 16
"""Levels that there are, from full scale down."""

_STEP_DB = 6.0
_MEMORY_SECONDS = 10.0
# Beyond half a step, so that a level between two does not go to and fro.
_LEFT_DB = 4.5
# What is fainter is a pause before anybody has spoken.
_FAINTEST = 11


class LiveLevel:
    """Follows the level of samples at 16 kHz.

    Attributes:
        code: the level now, 0 .. 15, see `live_gain`.
    """

    def __init__(self) -> None:
        """Start before the first sample."""
        self._meter = PowerMeter(_MEMORY_SECONDS)
        self.code = _FAINTEST

    def feed(self, samples: NDArray[np.float32]) -> None:
        """Take the next samples, [n]."""
        self._meter.add(samples)
        level = active_level(self._meter.powers)
        if abs(level + _STEP_DB * self.code) > _LEFT_DB:
            self.code = min(max(round(-level / _STEP_DB), 0), _FAINTEST)


def live_gain(code: int) -> float:
    """Return the factor that brings speech of a level to the project's."""
    return float(10 ** ((SPEECH_LEVEL_DB + _STEP_DB * code) / 20))
