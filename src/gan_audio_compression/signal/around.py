"""What lies around each place of a sequence, and where a condition holds."""

import numpy as np
from numpy.typing import NDArray

Precise = NDArray[np.float64]


def around(values: Precise, size: int) -> Precise:
    """Return a view [n, size] of what lies around each of `values` [n]; `size` is odd.

    Beyond both ends the values go on as in a mirror, the outermost twice.
    """
    mirrored = np.pad(values, size // 2, mode="symmetric")
    return np.lib.stride_tricks.sliding_window_view(mirrored, size)


def running_median(values: Precise, size: int) -> Precise:
    """Return the median of what lies around each of `values` [n]."""
    medians: Precise = np.median(around(values, size), axis=1)
    return medians


def stretches(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return start and end of each run of flags [n] that are set."""
    edges = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0)).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))
