"""Tables of the scores of all systems."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from gan_audio_compression.evaluation.metrics import METRICS
from gan_audio_compression.evaluation.mushra.estimates import scores_by_condition
from gan_audio_compression.evaluation.mushra.ratings import no_ratings
from gan_audio_compression.pipelines.evaluation.nodes import tables as nodes
from gan_audio_compression.pipelines.evaluation.parameters import EvaluationParameters
from gan_audio_compression.pipelines.systems import BENCH, LABELS

PARAMETERS = EvaluationParameters(seed=0, examples=0)
NOBODY = scores_by_condition(no_ratings())
MANIFEST = pd.DataFrame(
    {
        "id": ["a", "b", "c"],
        "speaker": ["s1", "s2", "s3"],
        "sex": ["F", "M", None],
        "dialect_region": ["dr1", "dr2", None],
    }
)


def scores(stoi: float, **changes: Any) -> pd.DataFrame:
    """Scores of one system: two utterances of test and one of validation."""
    columns: dict[str, Any] = {
        "id": ["a", "b", "c"],
        "key": ["1", "2", "3"],
        "error": [None, None, None],
        "compute_seconds": [1.0, 1.0, 1.0],
        "split": ["test", "test", "validation"],
        "bits": [3000.0, 5000.0, 9000.0],
        "seconds": [1.0, 3.0, 1.0],
        "reason": [None, None, None],
    }
    columns |= {metric: [stoi, stoi, 0.1] for metric in METRICS}
    return pd.DataFrame(columns | changes)


def joined(**changes: pd.DataFrame) -> pd.DataFrame:
    usual = {system.key: scores(0.5) for system in BENCH}
    return nodes.join_bench(MANIFEST, **(usual | changes))


def test_scores_of_all_systems_in_one_table() -> None:
    table = joined()
    assert len(table) == 3 * len(BENCH)
    assert set(table["system"]) == set(LABELS.values())
    row = table[(table["system"] == "BPGAN") & (table["id"] == "b")].iloc[0]
    assert (row["speaker"], row["sex"], row["dialect_region"]) == ("s2", "M", "dr2")
    assert row["file_bit_rate"] == pytest.approx(5000 / 3)
    assert table["reason"].isna().all()


def test_an_error_is_the_reason_that_measures_are_missing() -> None:
    failed = scores(0.5, error=["E: no", None, None], reason=[None, "too short", None])
    failed.loc[0, list(METRICS)] = np.nan
    table = joined(bpgan=failed)
    reasons = table[table["system"] == "BPGAN"].set_index("id")["reason"]
    assert (reasons["a"], reasons["b"]) == ("E: no", "too short")
    assert pd.isna(reasons["c"])


def test_a_system_that_failed_altogether_is_still_in_the_table() -> None:
    errors = scores(0.5)[["id", "key", "compute_seconds", "split", "bits", "seconds"]]
    failed = errors.assign(error="E: no", bits=None)
    table = joined(bpgan=failed)
    test, _, _, report, means = nodes.compare_codecs(table, NOBODY, PARAMETERS)
    row = test.set_index("system").loc["BPGAN"]
    assert (row["n"], row["failed"]) == (2, 2)
    assert pd.isna(row["stoi_mean"])
    assert row["note"] == "E: no"
    assert "E: no" in report
    assert not [name for name in means if ".bpgan." in name]


def test_test_and_validation_are_kept_apart() -> None:
    table = joined(bpgan=scores(0.9))
    test, _, validation, report, means = nodes.compare_codecs(table, NOBODY, PARAMETERS)
    bpgan = test.set_index("system").loc["BPGAN"]
    assert (bpgan["n"], bpgan["stoi_mean"]) == (2, pytest.approx(0.9))
    # 8000 bits in 4 s, not the mean of two rates.
    assert bpgan["file_kbit_s"] == pytest.approx(2.0)
    other = validation.set_index("system").loc["BPGAN"]
    assert (other["n"], other["stoi_mean"]) == (1, pytest.approx(0.1))
    assert means["test.bpgan.stoi"] == {"value": pytest.approx(0.9), "step": 0}
    assert means["validation.bpgan.stoi"]["value"] == pytest.approx(0.1)
    assert means["test.bpgan.file_kbit_s"]["value"] == pytest.approx(2.0)
    assert means["test.encoder_only.pesq_nb"]["value"] == pytest.approx(0.5)
    assert report.index("## Test") < report.index("## Validation")
    assert test["system"].tolist() == list(LABELS.values())


def test_listeners_heard_the_test_split() -> None:
    record = {"condition": "bpgan", "mean": 64.9, "low": 60.0, "high": 69.0, "listeners": 5}
    mushra = pd.DataFrame([record])
    test, _, validation, report, _ = nodes.compare_codecs(joined(), mushra, PARAMETERS)
    (bpgan,) = test[test["system"] == "BPGAN"].to_dict("records")
    assert [bpgan["mushra"], bpgan["mushra_low"], bpgan["mushra_high"]] == [64.9, 60.0, 69.0]
    assert test["listeners"].sum() == 5
    assert (validation["listeners"] == 0).all()
    heard, unheard = report.split("## Validation")
    assert "| MUSHRA (5 listeners, 20 are wanted) |" in heard
    assert "| 64.9 [60.0, 69.0] |" in heard
    assert "| MUSHRA |" in unheard


def test_groups_and_differences_are_of_the_test_split() -> None:
    table = joined(bpgan=scores(0.9))
    groups, paired = nodes.compare_groups(table, PARAMETERS)
    assert set(groups.loc[groups["grouping"] == "speaker", "group"]) == {"s1", "s2"}
    difference = paired[(paired["system"] == "Opus 9k") & (paired["measure"] == "stoi")].iloc[0]
    assert (difference["n"], difference["difference"]) == (2, pytest.approx(-0.4))
