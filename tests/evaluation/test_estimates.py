"""Rates are ratios of sums, and pairs are of the same utterances."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gan_audio_compression.evaluation.estimates import (
    estimate,
    paired_difference,
    utterance_values,
    with_phone_errors,
)
from gan_audio_compression.evaluation.measure import Metric

MakeRow = Callable[..., dict[str, Any]]


def test_every_metric_and_the_phone_error_rate_can_be_estimated(
    score_row: MakeRow, metrics: dict[str, Metric]
) -> None:
    scores = pd.DataFrame([score_row("x", "a1"), score_row("x", "b1")])
    measures = with_phone_errors(metrics)
    assert list(measures) == [*metrics, "phone_error_rate"]
    values = {measure: estimate(scores, measure, seed=0).value for measure in measures}
    assert values.pop("phone_error_rate") == pytest.approx(0.25)
    assert set(values.values()) == {3.0}


@pytest.mark.parametrize(
    ("measure", "value"),
    [("file_rate", 9000 / 2.5), ("payload_rate", 7600 / 2.5), ("phone_error_rate", 0.15)],
)
def test_rates_are_of_all_utterances_together(
    score_row: MakeRow, measure: str, value: float
) -> None:
    long = score_row("x", "a1", bits=4000, payload_bits=3600, phone_errors=10, phones=40)
    short = score_row("x", "b1", bits=5000, payload_bits=4000, seconds=0.5)
    short |= {"phone_errors": 5, "phones": 60}
    assert estimate(pd.DataFrame([long, short]), measure, seed=0).value == pytest.approx(value)


def test_what_was_not_coded_counts_neither_bits_nor_seconds(
    score_row: MakeRow, lost_row: MakeRow
) -> None:
    scores = pd.DataFrame([score_row("x", "a1"), lost_row("x", "b1", "no")])
    assert estimate(scores, "file_rate", seed=0).value == pytest.approx(2000.0)


def test_a_column_of_nothing_but_none_has_no_estimate(score_row: MakeRow) -> None:
    scores = pd.DataFrame([score_row("x", "a1", visqol=None), score_row("x", "b1", visqol=None)])
    assert estimate(scores, "visqol", seed=0).n == 0


def test_values_of_utterances(score_row: MakeRow) -> None:
    scores = pd.DataFrame([score_row("x", "a1", stoi=0.5), score_row("x", "b1", phones=math.nan)])
    assert utterance_values(scores, "stoi").tolist() == [0.5, 3.0]
    rates = utterance_values(scores, "phone_error_rate")
    assert rates[0] == 0.25
    assert math.isnan(rates[1])


def test_difference_is_of_the_utterances_that_both_have(score_row: MakeRow) -> None:
    system = pd.DataFrame(
        [
            score_row("x", "a1", pesq_nb=3.5),
            score_row("x", "b1", pesq_nb=2.0),
            score_row("x", "c1", pesq_nb=9.0),
            score_row("x", "d1", pesq_nb=math.nan),
        ]
    )
    reference = pd.DataFrame(
        [
            score_row("r", "b1", pesq_nb=3.0),
            score_row("r", "a1", pesq_nb=3.0),
            score_row("r", "d1", pesq_nb=1.0),
        ]
    )
    result = paired_difference(system, reference, "pesq_nb", seed=0)
    assert (result.n, result.speakers) == (2, 2)
    assert result.value == pytest.approx(-0.25)
    assert (result.low, result.high) == pytest.approx((-1.0, 0.5))


def test_phone_errors_are_compared_over_the_phones_of_both(score_row: MakeRow) -> None:
    system = pd.DataFrame([score_row("x", "a1", phone_errors=20), score_row("x", "b1", phones=10)])
    reference = pd.DataFrame([score_row("r", "a1"), score_row("r", "b1", phones=10)])
    difference = paired_difference(system, reference, "phone_error_rate", seed=0)
    assert difference.value == pytest.approx(10 / 50)


def test_pairs_see_a_difference_that_utterances_hide(score_row: MakeRow) -> None:
    generator = np.random.default_rng(0)
    level = generator.normal(3.0, 0.5, 60)
    ids = [f"{speaker}{number}" for speaker in "abcdefghijklmnopqrst" for number in range(3)]
    reference = pd.DataFrame(
        [score_row("r", id, pesq_nb=value) for id, value in zip(ids, level, strict=True)]
    )
    better = reference.assign(pesq_nb=level + 0.05 + generator.normal(0, 0.05, 60))
    alone = estimate(better, "pesq_nb", seed=0)
    pairs = paired_difference(better, reference, "pesq_nb", seed=0)
    assert pairs.low > 0
    assert alone.low < reference["pesq_nb"].mean() < alone.high
