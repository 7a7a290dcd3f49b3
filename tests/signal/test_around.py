"""What lies around a place, and runs of flags."""

import numpy as np
import pytest
from scipy import ndimage

from gan_audio_compression.signal.around import around, running_median, stretches


@pytest.mark.parametrize("length", [1, 2, 6, 40])
@pytest.mark.parametrize("size", [1, 3, 9, 31])
def test_beyond_the_ends_there_is_a_mirror(length: int, size: int) -> None:
    values = np.random.default_rng(length).standard_normal(length)
    highest, lowest = around(values, size).max(1), around(values, size).min(1)
    np.testing.assert_array_equal(highest, ndimage.maximum_filter1d(values, size))
    np.testing.assert_array_equal(lowest, ndimage.minimum_filter1d(values, size))
    if length >= size:  # SciPy's reads beyond shorter arrays.
        medians = ndimage.median_filter(values, size)
        np.testing.assert_array_equal(running_median(values, size), medians)


@pytest.mark.parametrize(
    ("flags", "runs"),
    [([], []), ([0, 0], []), ([1, 1], [(0, 2)]), ([1, 0, 0, 1, 1, 0, 1], [(0, 1), (3, 5), (6, 7)])],
)
def test_stretches_are_runs_of_flags(flags: list[int], runs: list[tuple[int, int]]) -> None:
    assert stretches(np.array(flags, bool)) == runs
