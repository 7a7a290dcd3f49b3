"""Groups hold their own speakers alone, and differences are against the reference."""

import math
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from gan_audio_compression.evaluation.groups import group_comparison, paired_differences
from gan_audio_compression.evaluation.measure import Metric
from gan_audio_compression.evaluation.systems import UnknownSystemError

MakeRow = Callable[..., dict[str, Any]]
Metrics = dict[str, Metric]


@pytest.fixture
def scores(score_row: MakeRow, lost_row: MakeRow) -> pd.DataFrame:
    rows = [
        score_row("BPGAN", "a1", pesq_nb=2.0),
        score_row("BPGAN", "b1", pesq_nb=4.0),
        score_row("BPGAN", "c1", pesq_nb=1.0, sex="M", dialect_region=None),
        score_row("Opus", "a1", pesq_nb=3.0, phone_errors=4),
        score_row("Opus", "b1", pesq_nb=4.5, phone_errors=4),
        lost_row("EVS", "a1", "not installed"),
    ]
    return pd.DataFrame(rows)


def one(table: pd.DataFrame, *key: str) -> pd.Series:
    """The one row that begins with these values."""
    (row,) = [row for _, row in table.iterrows() if tuple(row.iloc[: len(key)]) == key]
    return row


def test_groups_are_of_their_own_speakers(scores: pd.DataFrame, metrics: Metrics) -> None:
    table = group_comparison(scores, metrics, seed=0)
    women = one(table, "BPGAN", "sex", "F", "pesq_nb")
    assert (women["n"], women["speakers"]) == (2, 2)
    assert women["mean"] == women["median"] == pytest.approx(3.0)
    assert (women["low"], women["high"]) == pytest.approx((2.0, 4.0))
    assert one(table, "BPGAN", "speaker", "c", "pesq_nb")["mean"] == pytest.approx(1.0)
    assert one(table, "Opus", "sex", "F", "phone_error_rate")["mean"] == pytest.approx(0.1)


def test_a_group_of_one_speaker_has_no_interval(scores: pd.DataFrame, metrics: Metrics) -> None:
    table = group_comparison(scores, metrics, seed=0)
    alone = table[table["speakers"] == 1]
    assert {"speaker", "sex"} <= set(alone["grouping"])
    assert alone[["low", "high"]].isna().all(axis=None)


def test_unknown_groups_and_failed_systems_have_no_rows(
    scores: pd.DataFrame, metrics: Metrics
) -> None:
    table = group_comparison(scores, metrics, seed=0)
    regions = table[table["grouping"] == "dialect_region"]
    assert set(regions["group"]) == {"dr1"}
    assert set(regions["n"]) == {2}
    assert set(table["system"]) == {"BPGAN", "Opus"}
    assert set(table["measure"]) == {*metrics, "phone_error_rate"}


def test_without_sex_or_region_only_speakers_are_groups(
    scores: pd.DataFrame, metrics: Metrics
) -> None:
    table = group_comparison(scores.assign(sex=None, dialect_region=None), metrics, seed=0)
    assert set(table["grouping"]) == {"speaker"}


def test_nothing_scored_gives_an_empty_table_with_its_columns(
    scores: pd.DataFrame, metrics: Metrics
) -> None:
    table = group_comparison(scores[scores["system"] == "EVS"], metrics, seed=0)
    assert table.empty
    assert {"system", "grouping", "group", "measure", "mean", "low"} <= set(table)


def test_differences_are_system_minus_reference_on_shared_utterances(
    scores: pd.DataFrame, metrics: Metrics
) -> None:
    table = paired_differences(scores, metrics, "BPGAN", seed=0)
    assert set(table["system"]) == {"Opus"}
    opus = one(table, "Opus", "pesq_nb")
    assert (opus["n"], opus["speakers"]) == (2, 2)
    assert opus["difference"] == pytest.approx(0.75)
    assert (opus["low"], opus["high"]) == pytest.approx((0.5, 1.0))
    assert one(table, "Opus", "phone_error_rate")["difference"] == pytest.approx(-6 / 40)


def test_another_reference_turns_the_sign(scores: pd.DataFrame, metrics: Metrics) -> None:
    table = paired_differences(scores, metrics, "Opus", seed=0)
    assert one(table, "BPGAN", "pesq_nb")["difference"] == pytest.approx(-0.75)


def test_a_reference_without_scores_is_an_error(scores: pd.DataFrame, metrics: Metrics) -> None:
    with pytest.raises(UnknownSystemError, match="AMR"):
        paired_differences(scores, metrics, "AMR", seed=0)


def test_one_shared_speaker_gives_a_difference_without_interval(
    scores: pd.DataFrame, metrics: Metrics
) -> None:
    table = paired_differences(scores[scores["speaker"] == "a"], metrics, "BPGAN", seed=0)
    row = one(table, "Opus", "pesq_nb")
    assert row["difference"] == pytest.approx(1.0)
    assert math.isnan(row["low"]) and math.isnan(row["high"])
