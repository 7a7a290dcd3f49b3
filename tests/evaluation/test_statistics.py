"""The interval is of speakers, covers the truth about as often as it says, and is repeatable."""

import math

import numpy as np
import pandas as pd
import pytest

from gan_audio_compression.evaluation.statistics import (
    Estimate,
    mean_with_interval,
    ratio_with_interval,
)


def sample(
    generator: np.random.Generator, speakers: int, utterances: int, between: float
) -> tuple[pd.Series, pd.Series]:
    """Values of standard deviation 1 within speakers, and their speakers; the true mean is 0."""
    values = generator.normal(0, between, (speakers, 1)) + generator.normal(
        size=(speakers, utterances)
    )
    labels = np.repeat(np.arange(speakers), utterances).astype(str)
    return pd.Series(values.ravel()), pd.Series(labels)


def test_interval_of_independent_values_is_that_of_theory() -> None:
    values = pd.Series(np.random.default_rng(1).normal(3.0, 0.5, 400))
    result = mean_with_interval(values, pd.Series(np.arange(400)), seed=0)
    half_width = 1.96 * values.std() / math.sqrt(400)
    assert (result.n, result.speakers) == (400, 400)
    assert result.value == pytest.approx(values.mean())
    assert result.median == pytest.approx(values.median())
    assert result.low == pytest.approx(values.mean() - half_width, abs=0.005)
    assert result.high == pytest.approx(values.mean() + half_width, abs=0.005)


@pytest.mark.parametrize("utterances", [2, 50])
def test_more_utterances_of_the_same_speakers_do_not_hide_how_speakers_differ(
    utterances: int,
) -> None:
    level = np.random.default_rng(2).normal(size=30)
    values = pd.Series(np.repeat(level, utterances))
    speakers = pd.Series(np.repeat(np.arange(30), utterances))
    result = mean_with_interval(values, speakers, seed=0)
    assert result.high - result.low == pytest.approx(2 * 1.96 * level.std() / 30**0.5, rel=0.05)


def test_interval_covers_the_true_mean_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(3)
    trials = [mean_with_interval(*sample(generator, 24, 8, 1.0), seed=0) for _ in range(300)]
    covered = sum(of.low <= 0 <= of.high for of in trials) / 300
    assert 0.90 <= covered <= 0.98


def test_ratio_weighs_utterances_by_their_denominators() -> None:
    errors, phones = pd.Series([1.0, 30.0, 9.0]), pd.Series([10.0, 60.0, 30.0])
    result = ratio_with_interval(errors, phones, pd.Series(["a", "a", "b"]), seed=0)
    assert result.value == pytest.approx(0.4)
    assert result.median == pytest.approx(0.3)
    assert (result.low, result.high) == pytest.approx((0.3, 31 / 70))


def test_the_order_of_utterances_does_not_matter_and_the_seed_does() -> None:
    values, speakers = sample(np.random.default_rng(4), 12, 3, 1.0)
    result = mean_with_interval(values, speakers, seed=7)
    shuffled = mean_with_interval(values[::-1], speakers[::-1], seed=7)
    assert (shuffled.low, shuffled.high) == pytest.approx((result.low, result.high))
    assert mean_with_interval(values, speakers, seed=8).low != result.low


def test_missing_values_are_left_out_with_their_speakers() -> None:
    values = pd.Series([3.0, math.nan, 4.0, 5.0, math.nan])
    speakers = pd.Series(["a", "a", "b", "b", "c"])
    kept = values.notna()
    result = mean_with_interval(values, speakers, seed=0)
    assert result == mean_with_interval(values[kept], speakers[kept], seed=0)
    assert (result.n, result.speakers) == (3, 2)


def test_an_utterance_without_phones_does_not_count() -> None:
    result = ratio_with_interval(
        pd.Series([5.0, 2.0]), pd.Series([10.0, 0.0]), pd.Series(["a", "b"]), seed=0
    )
    assert (result.value, result.n, result.speakers) == (0.5, 1, 1)


def test_equal_values_leave_no_doubt() -> None:
    result = mean_with_interval(pd.Series([2.5] * 10), pd.Series([*"abcdefghij"]), seed=0)
    assert result == Estimate(2.5, 2.5, 2.5, 2.5, 10, 10)


def test_one_speaker_shows_nothing_of_other_speakers() -> None:
    result = mean_with_interval(pd.Series([3.0, 4.0, 8.0]), pd.Series(["a"] * 3), seed=0)
    assert (result.value, result.median, result.n, result.speakers) == (5.0, 4.0, 3, 1)
    assert math.isnan(result.low) and math.isnan(result.high)


@pytest.mark.parametrize("values", [[], [math.nan, math.nan]])
def test_no_value_gives_no_interval(values: list[float]) -> None:
    result = mean_with_interval(
        pd.Series(values, dtype=float), pd.Series(["a"] * len(values), dtype=str), seed=0
    )
    assert (result.n, result.speakers) == (0, 0)
    assert all(map(math.isnan, (result.value, result.median, result.low, result.high)))
