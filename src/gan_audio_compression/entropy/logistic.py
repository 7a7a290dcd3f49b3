"""Tables of the logistic distribution, for symbols whose mean and scale a model tells."""

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.entropy.tables import LevelTables

LARGEST_SYMBOL = 63
"""Symbols, and rounded means, lie in -63 .. 63."""

LEVELS = 4 * LARGEST_SYMBOL + 1
"""A level is a symbol less the rounded mean, from -126 to 126, counted from 0."""

FRACTIONS = 8
"""Tables for each scale, by where the mean lies in its rounding interval."""

SCALES_PER_NEPER = 6
"""Tables for each factor of e in the scale."""

LOWEST_LOG_SCALE = -3.5
SCALES = 46
HIGHEST_LOG_SCALE = LOWEST_LOG_SCALE + (SCALES - 1) / SCALES_PER_NEPER

# Probabilities become whole numbers before they are shared out, so that equal ones stay equal.
_RESOLUTION = 1 << 40


def logistic_tables() -> LevelTables:
    """Return one table for each scale and fraction, `scale * FRACTIONS + fraction`.

    They are computed once, where a model is made, and stored with it: what another machine rounds
    otherwise must not decide what it reads.
    """
    levels = np.arange(LEVELS) - 2 * LARGEST_SYMBOL
    fractions = (np.arange(FRACTIONS) + 0.5) / FRACTIONS - 0.5
    scales = np.exp(LOWEST_LOG_SCALE + np.arange(SCALES) / SCALES_PER_NEPER)
    distance = levels - fractions[:, None]
    upper, lower = (_sigmoid((distance + half) / scales[:, None, None]) for half in (0.5, -0.5))
    weights = np.round(_RESOLUTION * (upper - lower)).astype(np.int64)
    return LevelTables.from_histogram(weights.reshape(-1, LEVELS) >> 8)


def nearest_symbols(values: NDArray[np.floating]) -> NDArray[np.int64]:
    """Return the symbols nearest to `values`."""
    return np.clip(np.round(values), -LARGEST_SYMBOL, LARGEST_SYMBOL).astype(np.int64)


def _sigmoid(values: NDArray[np.float64]) -> NDArray[np.float64]:
    result: NDArray[np.float64] = 0.5 * (1 + np.tanh(0.5 * values))
    return result
