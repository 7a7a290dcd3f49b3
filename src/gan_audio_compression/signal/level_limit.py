"""The level of moments that are too loud for the level around them: bumps, beeps, shouts, tones."""

import math

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.signal.level import LEVEL_STEP_DB
from gan_audio_compression.signal.spec import SPEECH_LEVEL_DB

LOUDEST = 0.8
"""Nepers that no mel band of speech at the project's level exceeds."""

_DB = 20 / math.log(10)


def limit_levels(
    codes: NDArray[np.int64], loudest: NDArray[np.floating], gap: int
) -> NDArray[np.int64]:
    """Return the level codes with those raised at which a frame would be louder than speech.

    Args:
        codes: [frames] of speech.
        loudest: [frames] log mel of the loudest band, in nepers, at the signal's own level.
        gap: loud moments that are no more frames apart have one level, and so have the frames
            between.

    Returns:
        [frames], constant in each of those moments.
    """
    room_db = _DB * (LOUDEST - loudest.astype(np.float64)) - SPEECH_LEVEL_DB
    allowed = np.floor(room_db / LEVEL_STEP_DB).astype(np.int64)
    loud = np.flatnonzero(allowed < codes)
    limited = codes.copy()
    for moment in np.split(loud, np.flatnonzero(np.diff(loud) > gap) + 1):
        if len(moment):
            whole = slice(moment[0], moment[-1] + 1)
            limited[whole] = np.minimum(limited[whole], allowed[moment].min()).clip(0)
    return limited
