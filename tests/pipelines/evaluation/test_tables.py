"""Tables of the scores of all systems."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gan_audio_compression.bench.entries import Bench
from gan_audio_compression.evaluation.mushra.estimates import scores_by_condition
from gan_audio_compression.evaluation.mushra.ratings import no_ratings
from gan_audio_compression.evaluation.systems import CEILINGS
from gan_audio_compression.pipelines.bench import systems_of
from gan_audio_compression.pipelines.evaluation.nodes import tables as nodes
from gan_audio_compression.pipelines.evaluation.parameters import EvaluationParameters
from gan_audio_compression.pipelines.measures import MeasureParameters

METRICS = ("pesq_raw", "pesq_nb", "stoi", "estoi", "largest", "samples")
NOBODY = scores_by_condition(no_ratings())
MANIFEST = pd.DataFrame(
    {
        "id": ["a", "b", "c"],
        "speaker": ["s1", "s2", "s3"],
        "sex": ["F", "M", None],
        "dialect_region": ["dr1", "dr2", None],
        "test_set": ["quiet", None, None],
    }
)


def scores(system: str, value: float = 0.5, **changes: Any) -> pd.DataFrame:
    """Scores of one system: two utterances of test and one of validation."""
    columns: dict[str, Any] = {
        "id": [f"{system}/{id}" for id in "abc"],
        "system": [system] * 3,
        "utterance": ["a", "b", "c"],
        "key": ["1", "2", "3"],
        "error": [None, None, None],
        "compute_seconds": [1.0, 1.0, 1.0],
        "split": ["test", "test", "validation"],
        "bits": [3000.0, 5000.0, 9000.0],
        "seconds": [1.0, 3.0, 1.0],
        "reason": [None, None, None],
    }
    columns |= {metric: [value, value, 0.1] for metric in METRICS}
    return pd.DataFrame(columns | changes)


Join = Callable[..., pd.DataFrame]


@pytest.fixture
def join(bench: Bench, measures: MeasureParameters) -> Join:
    """Join the scores of all systems, some of them given."""

    def run(*given: pd.DataFrame) -> pd.DataFrame:
        own = {table["system"].iloc[0]: table for table in given}
        ceilings = pd.concat([scores(system.key) for system in CEILINGS])
        codecs = pd.concat([own.get(key, scores(key)) for key in (*reversed(bench.root), "gone")])
        return nodes.join_scores(codecs, ceilings, MANIFEST, bench, measures)

    return run


Compare = Callable[..., Any]


@pytest.fixture
def compare(bench: Bench, measures: MeasureParameters, parameters: EvaluationParameters) -> Compare:
    """Compare the codecs, with or without listeners."""

    def run(table: pd.DataFrame, mushra: pd.DataFrame = NOBODY) -> Any:
        return nodes.compare_codecs(table, mushra, bench, measures, parameters)

    return run


def test_scores_of_all_systems_in_one_table(join: Join, bench: Bench) -> None:
    table = join()
    labels = [system.label for system in systems_of(bench)]
    assert table["system"].drop_duplicates().tolist() == labels
    assert len(table) == 3 * len(labels)
    row = table[(table["system"] == "BPGAN") & (table["id"] == "b")].iloc[0]
    assert (row["speaker"], row["sex"], row["dialect_region"]) == ("s2", "M", "dr2")
    assert row["file_bit_rate"] == pytest.approx(5000 / 3)
    assert table["reason"].isna().all()


def test_an_error_is_the_reason_that_measures_are_missing(join: Join) -> None:
    failed = scores("bpgan", error=["E: no", None, None], reason=[None, "too short", None])
    failed.loc[0, list(METRICS)] = np.nan
    table = join(failed)
    reasons = table[table["system"] == "BPGAN"].set_index("id")["reason"]
    assert (reasons["a"], reasons["b"]) == ("E: no", "too short")
    assert pd.isna(reasons["c"])


def test_a_system_that_failed_altogether_is_still_in_the_table(
    join: Join, compare: Compare
) -> None:
    errors = scores("bpgan").drop(columns=[*METRICS, "reason"])
    table = join(errors.assign(error="E: no", bits=None))
    test, _, _, report, means = compare(table)
    row = test.set_index("system").loc["BPGAN"]
    assert (row["n"], row["failed"]) == (2, 2)
    assert pd.isna(row["stoi_mean"])
    assert row["note"] == "E: no"
    assert "E: no" in report
    assert not [name for name in means if ".bpgan." in name]


def test_test_and_validation_are_kept_apart(join: Join, compare: Compare) -> None:
    test, _, validation, report, means = compare(join(scores("bpgan", 0.9)))
    bpgan = test.set_index("system").loc["BPGAN"]
    assert (bpgan["n"], bpgan["stoi_mean"]) == (2, pytest.approx(0.9))
    # 8000 bits in 4 s, not the mean of two rates.
    assert bpgan["file_kbit_s"] == pytest.approx(2.0)
    other = validation.set_index("system").loc["BPGAN"]
    assert (other["n"], other["stoi_mean"]) == (1, pytest.approx(0.1))
    assert means["test.bpgan.stoi"] == {"value": pytest.approx(0.9), "step": 0}
    assert means["validation.bpgan.stoi"]["value"] == pytest.approx(0.1)
    assert means["test.bpgan.file_kbit_s"]["value"] == pytest.approx(2.0)
    assert means["test.opus_9k.pesq_nb"]["value"] == pytest.approx(0.5)
    assert report.index("## Test") < report.index("## Validation")


def test_a_measure_of_ones_own_is_a_column(join: Join, compare: Compare) -> None:
    test, _, _, report, _ = compare(join(scores("bpgan", 0.9)))
    assert test.set_index("system").loc["BPGAN", "largest_mean"] == pytest.approx(0.9)
    assert "| Largest difference |" in report
    assert "| Samples |" not in report


def test_listeners_heard_the_test_split(join: Join, compare: Compare) -> None:
    record = {"condition": "bpgan", "mean": 64.9, "low": 60.0, "high": 69.0, "listeners": 5}
    test, _, validation, report, _ = compare(join(), pd.DataFrame([record]))
    (bpgan,) = test[test["system"] == "BPGAN"].to_dict("records")
    assert [bpgan["mushra"], bpgan["mushra_low"], bpgan["mushra_high"]] == [64.9, 60.0, 69.0]
    assert test["listeners"].sum() == 5
    assert (validation["listeners"] == 0).all()
    heard, unheard = report.split("## Validation")
    assert "| MUSHRA (5 listeners, 20 are wanted) |" in heard
    assert "| 64.9 [60.0, 69.0] |" in heard
    assert "| MUSHRA |" in unheard


def test_groups_and_differences_are_of_the_test_split(
    join: Join, bench: Bench, measures: MeasureParameters, parameters: EvaluationParameters
) -> None:
    table = join(scores("bpgan", 0.9))
    groups, paired = nodes.compare_groups(table, bench, measures, parameters)
    assert set(groups.loc[groups["grouping"] == "speaker", "group"]) == {"s1", "s2"}
    difference = paired[(paired["system"] == "Opus 9k") & (paired["measure"] == "stoi")].iloc[0]
    assert (difference["n"], difference["difference"]) == (2, pytest.approx(-0.4))
