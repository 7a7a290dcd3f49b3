"""Tables of the logistic distribution."""

import numpy as np
import pytest

from gan_audio_compression.entropy.logistic import (
    FRACTIONS,
    LARGEST_SYMBOL,
    LEVELS,
    LOWEST_LOG_SCALE,
    SCALES,
    SCALES_PER_NEPER,
    logistic_tables,
)

CENTRE = 2 * LARGEST_SYMBOL


@pytest.fixture(scope="module")
def probabilities() -> np.ndarray:
    counts = logistic_tables().counts
    assert counts.shape == (SCALES * FRACTIONS, LEVELS)
    return np.asarray(counts.reshape(SCALES, FRACTIONS, LEVELS) / counts[0].sum())


def test_the_median_lies_at_the_mean(probabilities: np.ndarray) -> None:
    below = probabilities[:, :, :CENTRE].sum(-1)
    fractions = (np.arange(FRACTIONS) + 0.5) / FRACTIONS - 0.5
    # The further the mean lies below the rounded one, the more is below it.
    assert (np.diff(below, axis=1) <= 0).all()
    assert below[:, fractions < 0].mean() > below[:, fractions > 0].mean()


@pytest.mark.parametrize("scale", [10, 20, 30])
def test_the_centre_is_as_likely_as_the_scale_says(probabilities: np.ndarray, scale: int) -> None:
    # The logistic distribution within half a symbol of its mean.
    expected = np.tanh(0.25 / np.exp(LOWEST_LOG_SCALE + scale / SCALES_PER_NEPER))
    nearest = probabilities[scale, FRACTIONS // 2, CENTRE]
    assert nearest == pytest.approx(expected, rel=0.03)


def test_mirrored_means_have_mirrored_tables(probabilities: np.ndarray) -> None:
    np.testing.assert_allclose(probabilities, probabilities[:, ::-1, ::-1], atol=2**-15)


def test_they_are_the_same_each_time() -> None:
    np.testing.assert_array_equal(logistic_tables().counts, logistic_tables().counts)
