"""Which table codes which coefficient; integers alone decide it, on each machine alike.

The class of a coefficient says how large it is on the whole, against the step; its activity says
how large its neighbours in lower components of the KLT turned out to be in this file.
"""

import numpy as np
from numpy.typing import NDArray

STEPS_PER_OCTAVE = 32
"""Quantiser steps, and codes of standard deviations, in a factor of two."""

CLASSES = 32
ACTIVITIES = 7
TABLES = CLASSES * ACTIVITIES

UNCODED = -1
"""Class of a coefficient that is always zero, and so is not in the file."""

# Four classes an octave; the first is of a standard deviation of 1/6 of the step.
_CODES_PER_CLASS = STEPS_PER_OCTAVE // 4
_FIRST_CLASS = -10
_LARGEST_MAGNITUDE = 3
_ACTIVITY_EDGES = np.array([3, 7, 12, 20, 32, 56])

Integers = NDArray[np.int32]


def classes_at(spread: NDArray[np.int16], step_index: int) -> Integers:
    """Return the class of each coefficient, or UNCODED, at one step.

    Args:
        spread: codes of the standard deviations, of any shape; see `TransformModel`.
        step_index: of the step in the codec's list.
    """
    classes = (spread.astype(np.int32) - step_index) // _CODES_PER_CLASS - _FIRST_CLASS
    return np.clip(classes, UNCODED, CLASSES - 1)


class Activity:
    """Follows the symbols of one file through the components of the KLT.

    Args:
        blocks: of the file.
        size: coefficients of a component in a block.
    """

    def __init__(self, blocks: int, size: int) -> None:
        self._sums = np.zeros((blocks, size), np.int32)

    def contexts(self, classes: Integers) -> Integers:
        """Return the tables [blocks, size] of the next component, of the given classes [size].

        UNCODED coefficients have a negative context.
        """
        return classes * ACTIVITIES + np.digitize(self._sums, _ACTIVITY_EDGES).astype(np.int32)

    def add(self, symbols: Integers) -> None:
        """Take the symbols [blocks, size] of that component in: a sum that forgets a quarter.

        A coefficient counts double, those beside it in time and in modulation frequency once.
        """
        magnitudes = np.minimum(np.abs(symbols), _LARGEST_MAGNITUDE)
        around = np.pad(magnitudes, 1)
        beside = around[:-2, 1:-1] + around[2:, 1:-1] + around[1:-1, :-2] + around[1:-1, 2:]
        self._sums = self._sums * 3 // 4 + 8 * magnitudes + 4 * beside
