"""The level of speech as it comes: what the last seconds tell, in steps of 6 dB."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.signal.level import PowerMeter, active_level
from gan_audio_compression.signal.spec import SPEECH_LEVEL_DB

_STEP_DB = 6.0
_MEMORY_SECONDS = 10.0
# Beyond half a step, so that a level between two does not go to and fro.
_LEFT_DB = 4.5
FAINTEST = 11
"""The lowest level that speech is taken to have; what is fainter is a pause before it."""


class LiveLevel:
    """Follows the level of samples at 16 kHz.

    Attributes:
        code: the level now, 0 .. 15, see `live_gain`.
    """

    def __init__(self) -> None:
        """Start before the first sample."""
        self._meter = PowerMeter(_MEMORY_SECONDS)
        self.code = FAINTEST

    def feed(self, samples: NDArray[np.float32]) -> None:
        """Take the next samples, [n]."""
        self._meter.add(samples)
        level = active_level(self._meter.powers)
        if abs(level + _STEP_DB * self.code) > _LEFT_DB:
            self.code = min(max(round(-level / _STEP_DB), 0), FAINTEST)

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Return all that is held of what came."""
        return {"code": np.array(self.code)} | self._meter.snapshot()

    def restore(self, snapshot: Mapping[str, NDArray[Any]]) -> None:
        """Undo `snapshot`."""
        self.code = int(snapshot["code"])
        self._meter.restore(snapshot)


def live_gain(code: int) -> float:
    """Return the factor that brings speech of a level to the project's."""
    return float(10 ** ((SPEECH_LEVEL_DB + _STEP_DB * code) / 20))
