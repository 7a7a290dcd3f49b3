"""Samples of 16 bits without a header, the low byte first, and as floats."""

import numpy as np
from numpy.typing import NDArray

SAMPLE_BYTES = 2

_FULL_SCALE = 32_768

Wave = NDArray[np.float32]


def rounded_to_16(samples: Wave) -> NDArray[np.int16]:
    """Round to 16 bits; what reads 16 bits as n / 32768 gets the same numbers back."""
    levels: Wave = np.rint(samples * np.float32(_FULL_SCALE)).clip(-_FULL_SCALE, _FULL_SCALE - 1)
    return levels.astype(np.int16)


def to_pcm16(samples: Wave) -> bytes:
    """Return samples [n] in [-1, 1] as bytes."""
    return rounded_to_16(samples).astype("<i2").tobytes()


def of_pcm16(data: bytes) -> Wave:
    """Return the samples [n] of whole ones in bytes."""
    return np.frombuffer(data, "<i2").astype(np.float32) / np.float32(_FULL_SCALE)
