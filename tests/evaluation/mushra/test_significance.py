"""Friedman, Wilcoxon and Holm against figures that are known."""

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from gan_audio_compression.evaluation.mushra.ratings import no_ratings
from gan_audio_compression.evaluation.mushra.significance import (
    friedman_test,
    holm,
    pairwise_tests,
)

MakeRatings = Callable[..., pd.DataFrame]


def panel(make_ratings: MakeRatings, listeners: int, **steps: int) -> pd.DataFrame:
    """Listeners who put the codecs in one order, and the anchors above and below."""
    return make_ratings(
        {
            f"l{n}": {"original": [100], "low": [5]}
            | {codec: [50 + n * step] for codec, step in steps.items()}
            for n in range(1, listeners + 1)
        }
    )


def test_one_order_in_all_blocks_is_the_largest_statistic(make_ratings: MakeRatings) -> None:
    """Four listeners and three codecs: chi-square 8 of two degrees of freedom, p = exp(-4)."""
    result = friedman_test(panel(make_ratings, 4, opus=3, amr=2, speex=1))
    assert (result.listeners, result.codecs) == (4, 3)
    assert result.statistic == pytest.approx(8)
    assert result.p == pytest.approx(math.exp(-4))


@pytest.mark.parametrize("listeners", [1, 4])
def test_too_few_for_friedman_is_no_number(make_ratings: MakeRatings, listeners: int) -> None:
    codecs = {"opus": 3, "amr": 2} | ({} if listeners > 1 else {"speex": 1})
    assert math.isnan(friedman_test(panel(make_ratings, listeners, **codecs)).p)


def test_five_listeners_cannot_get_below_a_sixteenth(make_ratings: MakeRatings) -> None:
    pairs = pairwise_tests(panel(make_ratings, 5, opus=3, amr=1))
    (pair,) = pairs.to_dict("records")
    assert (pair["system"], pair["other"]) == ("OPUS", "AMR")
    assert pair["difference"] == pytest.approx(6.0)
    assert pair["p"] == pair["p_holm"] == pytest.approx(2 / 2**5)


def test_pairs_are_of_codecs_alone(make_ratings: MakeRatings) -> None:
    pairs = pairwise_tests(panel(make_ratings, 3, opus=3, amr=2, speex=1))
    assert set(pairs["system"]) | set(pairs["other"]) == {"OPUS", "AMR", "SPEEX"}
    assert len(pairs) == 3


def test_no_difference_is_no_evidence(make_ratings: MakeRatings) -> None:
    pairs = pairwise_tests(panel(make_ratings, 6, opus=2, amr=2))
    assert pairs["p"].tolist() == [1.0]


def test_holm_adjusts_by_the_number_of_tests() -> None:
    adjusted = holm(np.array([0.01, 0.04, 0.03, 0.005]))
    assert adjusted.tolist() == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm(np.array([0.6, 0.9])).tolist() == [1.0, 1.0]
    assert holm(np.array([])).size == 0


def test_nobody_is_no_error() -> None:
    assert pairwise_tests(no_ratings()).empty
    assert math.isnan(friedman_test(no_ratings()).p)
