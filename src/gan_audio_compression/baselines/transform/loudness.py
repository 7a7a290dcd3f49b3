"""The scale on which log mels are coded, so that equal errors are about equally audible."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.signal.loudness import EXPONENT
from gan_audio_compression.signal.spec import FLOOR

Floats = NDArray[np.floating[Any]]

# Puts the 256 steps of the codec about the bit rates that it is for.
_SCALE = 64.0


def to_loudness(log_mel: Floats) -> NDArray[np.float64]:
    """Return the compressed magnitude, positive and about 64 at its loudest, of nepers."""
    loudness: NDArray[np.float64] = _SCALE * np.exp(EXPONENT * log_mel.astype(np.float64))
    return loudness


def to_log_mel(loudness: Floats) -> NDArray[np.float64]:
    """Undo `to_loudness`; what lies below the floor, negative numbers too, becomes the floor."""
    lowest = np.exp(EXPONENT * FLOOR)
    log_mel: NDArray[np.float64] = np.log(np.maximum(loudness / _SCALE, lowest)) / EXPONENT
    return log_mel
