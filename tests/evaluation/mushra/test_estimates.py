"""Means with intervals and quartiles, against figures worked out by hand."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from gan_audio_compression.evaluation.mushra.estimates import (
    scores_by_condition,
    scores_by_utterance,
)
from gan_audio_compression.evaluation.mushra.ratings import no_ratings

MakeRatings = Callable[..., pd.DataFrame]


@pytest.fixture
def ratings(make_ratings: MakeRatings) -> pd.DataFrame:
    """Opus has the listeners' means 10, 20 and 30."""
    original = {"original": [100, 100]}
    return make_ratings(
        {
            "ann": original | {"opus": [0, 20]},
            "bob": original | {"opus": [20, 20]},
            "cat": original | {"opus": [30, 30]},
        }
    )


def of(table: pd.DataFrame, condition: str) -> pd.Series:
    return table[table["condition"] == condition].iloc[0]


def test_the_interval_is_that_of_listeners(ratings: pd.DataFrame) -> None:
    opus = of(scores_by_condition(ratings), "opus")
    # t(0.975, 2) = 4.3027 times 10 / sqrt(3).
    assert opus[["mean", "low", "high"]].tolist() == pytest.approx([20, -4.841, 44.841], abs=1e-3)
    assert opus[["listeners", "scores"]].tolist() == [3, 6]


def test_quartiles_are_of_all_scores(ratings: pd.DataFrame) -> None:
    opus = of(scores_by_condition(ratings), "opus")
    expected = np.percentile([0, 20, 20, 20, 30, 30], [25, 50, 75])
    columns = ["lower_quartile", "median", "upper_quartile"]
    assert opus[columns].tolist() == pytest.approx(expected.tolist())


def test_the_best_comes_first_and_equal_scores_have_no_width(ratings: pd.DataFrame) -> None:
    first = scores_by_condition(ratings).iloc[0]
    assert (first["condition"], first["low"], first["high"]) == ("original", 100.0, 100.0)


def test_an_utterance_alone_has_a_score_a_listener(ratings: pd.DataFrame) -> None:
    table = scores_by_utterance(ratings)
    opus = table[table["condition"] == "opus"].set_index("utterance")
    assert opus["mean"].tolist() == pytest.approx([50 / 3, 70 / 3])
    assert opus["scores"].tolist() == [3, 3]


def test_one_listener_has_no_interval(make_ratings: MakeRatings) -> None:
    opus = of(scores_by_condition(make_ratings({"ann": {"opus": [50, 60]}})), "opus")
    assert opus["mean"] == 55
    assert np.isnan([opus["low"], opus["high"]]).all()


def test_nobody_is_no_error() -> None:
    assert scores_by_condition(no_ratings()).empty
    assert "mean" in scores_by_utterance(no_ratings())
