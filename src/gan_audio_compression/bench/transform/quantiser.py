"""A uniform scalar quantiser with a dead zone; one step for all coefficients of a file."""

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.bench.transform.contexts import UNCODED, Integers
from gan_audio_compression.bench.transform.symbols import LARGEST_SYMBOL

# Added before a magnitude is rounded down: the dead zone is 1.1 steps wide.
_ROUNDING = 0.45
# The receiver puts a value that far outwards of its level, in steps. Errors grow a little, but
# harmonics and pauses regain the contrast that coefficients rounded to zero took from them, and
# with it phase reconstruction and PESQ gain.
_EXPANSION = 0.1


def quantise(coefficients: NDArray[np.float64], step: float, classes: Integers) -> Integers:
    """Return the symbols [blocks, 16, 128], within -127 .. 127, zero where UNCODED."""
    magnitudes = np.floor(np.abs(coefficients) / step + _ROUNDING)
    symbols = np.copysign(np.minimum(magnitudes, LARGEST_SYMBOL), coefficients)
    return np.where(classes == UNCODED, 0, symbols).astype(np.int32)


def dequantise(symbols: Integers, step: float) -> NDArray[np.float64]:
    """Return the coefficients that symbols stand for."""
    return (symbols + _EXPANSION * np.sign(symbols)) * step
