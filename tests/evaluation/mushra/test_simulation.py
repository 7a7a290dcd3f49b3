"""The statistics find what was put into a simulated panel, and nothing that was not."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from gan_audio_compression.evaluation.mushra.estimates import scores_by_condition
from gan_audio_compression.evaluation.mushra.screening import kept_ratings, screen_listeners
from gan_audio_compression.evaluation.mushra.significance import friedman_test, pairwise_tests
from gan_audio_compression.evaluation.mushra.simulation import (
    Panel,
    SimulatedCondition,
    simulate_ratings,
)

QUALITY = {"good": 75.0, "same": 75.0, "fair": 55.0, "poor": 30.0}
CONDITIONS = [
    SimulatedCondition("original", "hidden_reference", 100),
    *(SimulatedCondition(codec, "codec", quality) for codec, quality in QUALITY.items()),
    SimulatedCondition("low", "low_anchor", 35),
]


def evaluated(panel: Panel, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ratings of those who count, and the screening."""
    ratings = simulate_ratings(panel, CONDITIONS, utterances=8, seed=seed)
    screening = screen_listeners(ratings)
    return kept_ratings(ratings, screening), screening


def codecs_of(ratings: pd.DataFrame) -> list[Any]:
    """The scores of the codecs, a row each."""
    rows = scores_by_condition(ratings).itertuples(index=False)
    return [row for row in rows if row.role == "codec"]


def held(ratings: pd.DataFrame) -> list[bool]:
    """For each codec, whether its interval holds the quality that was put in."""
    return [row.low < QUALITY[row.condition] < row.high for row in codecs_of(ratings)]


def test_the_unreliable_and_they_alone_are_excluded() -> None:
    _, screening = evaluated(Panel(24, unreliable=4), seed=0)
    excluded = screening.loc[screening["reason"].notna(), "listener"].tolist()
    assert excluded == [f"simulated-{number:03}" for number in range(4)]


def test_means_and_differences_come_out() -> None:
    kept, _ = evaluated(Panel(40, unreliable=4), seed=1)
    assert all(held(kept))
    assert friedman_test(kept).p < 1e-6
    pairs = pairwise_tests(kept)
    alike = (pairs["system"] == "good") & (pairs["other"] == "same")
    fair = (pairs["system"] == "good") & (pairs["other"] == "fair")
    assert pairs[fair]["difference"].tolist() == pytest.approx([20], abs=4)
    assert (pairs[alike]["p_holm"] > 0.05).all()
    assert (pairs[~alike]["p_holm"] < 0.001).all()


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """95 % of 400, within three standard deviations of a binomial count."""
    hits = [hit for seed in range(100) for hit in held(evaluated(Panel(10), seed)[0])]
    assert 0.91 < np.mean(hits) < 0.99


def test_equal_codecs_seldom_look_different() -> None:
    """The family of all tests errs in at most 5 % of panels, where nothing differs."""
    equal = [SimulatedCondition(name, "codec", 60) for name in "abc"]
    wrong = 0
    for seed in range(100):
        ratings = simulate_ratings(Panel(16), equal, utterances=4, seed=seed)
        wrong += bool((pairwise_tests(ratings)["p_holm"] < 0.05).any())
    assert wrong <= 11


def test_a_panel_without_screening_is_biased() -> None:
    """What screening is for: those who rate at random pull all codecs to the middle."""
    panel = Panel(20, unreliable=10)
    ratings = simulate_ratings(panel, CONDITIONS, utterances=8, seed=3)
    kept, _ = evaluated(panel, seed=3)

    def error(table: pd.DataFrame) -> float:
        return max(abs(float(row.mean) - QUALITY[row.condition]) for row in codecs_of(table))

    assert error(ratings) > 8 > error(kept)
