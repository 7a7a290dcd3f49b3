"""The interval covers the true mean as often as it says, and edge cases are plain."""

import math

import numpy as np
import pytest

from gan_audio_compression.evaluation.statistics import MeanInterval, mean_with_interval


def test_interval_of_a_normal_sample_is_that_of_theory() -> None:
    sample = np.random.default_rng(1).normal(3.0, 0.5, 400)
    result = mean_with_interval(sample, seed=0)
    half_width = 1.96 * sample.std(ddof=1) / math.sqrt(400)
    assert result.n == 400
    assert result.mean == pytest.approx(sample.mean())
    assert result.low == pytest.approx(sample.mean() - half_width, abs=0.005)
    assert result.high == pytest.approx(sample.mean() + half_width, abs=0.005)


def test_interval_covers_the_true_mean_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(2)
    covered = 0
    for trial in range(200):
        result = mean_with_interval(generator.exponential(2.0, 60), seed=trial, resamples=300)
        covered += result.low <= 2.0 <= result.high
    assert 0.87 <= covered / 200 <= 0.99


def test_more_confidence_needs_a_wider_interval() -> None:
    sample = np.random.default_rng(3).normal(size=50)
    widths = [
        result.high - result.low
        for result in (
            mean_with_interval(sample, seed=0, confidence=level) for level in (0.5, 0.9, 0.99)
        )
    ]
    assert widths == sorted(widths)


def test_the_seed_decides_the_interval() -> None:
    sample = [3.1, 2.4, 3.9, 2.8, 3.3]
    assert mean_with_interval(sample, seed=7) == mean_with_interval(sample, seed=7)
    assert mean_with_interval(sample, seed=7) != mean_with_interval(sample, seed=8)


def test_missing_values_are_left_out() -> None:
    with_gaps = [3.0, math.nan, 4.0, math.nan, 5.0]
    assert mean_with_interval(with_gaps, seed=0) == mean_with_interval([3.0, 4.0, 5.0], seed=0)
    assert mean_with_interval(with_gaps, seed=0).n == 3


def test_equal_values_leave_no_doubt() -> None:
    assert mean_with_interval([2.5] * 10, seed=0) == MeanInterval(2.5, 2.5, 2.5, 10)


def test_one_value_is_its_own_interval() -> None:
    assert mean_with_interval([3.2, math.nan], seed=0) == MeanInterval(3.2, 3.2, 3.2, 1)


@pytest.mark.parametrize("values", [[], [math.nan, math.nan]])
def test_no_value_gives_no_interval(values: list[float]) -> None:
    result = mean_with_interval(values, seed=0)
    assert result.n == 0
    assert all(math.isnan(bound) for bound in (result.mean, result.low, result.high))
