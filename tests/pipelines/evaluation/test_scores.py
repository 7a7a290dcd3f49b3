"""Scores of codecs and of speech that was not coded."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gan_audio_compression.pipelines.evaluation.nodes import scores as nodes
from gan_audio_compression.pipelines.measures import MeasureParameters
from tests.pipelines.engines import INLINE
from tests.pipelines.toys import TOY_MEASURE

SAMPLES = 24_000
DELAY = 100
MANIFEST = pd.DataFrame(
    {
        "id": ["a", "b", "c", "t", "x"],
        "key": ["ka", "kb", "kc", "kt", "kx"],
        "split": ["test", "test", "validation", "train", "test"],
        "error": [None, None, None, None, "SilentAudioError: nothing"],
        "seconds": [1.5, 1.5, 1.5, 1.5, math.nan],
        "level_code": [52.0, 72.0, 52.0, 52.0, math.nan],
    }
)


def coding_log(**changes: Any) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "id": ["toy/a", "toy/b", "toy/c"],
        "system": ["toy"] * 3,
        "utterance": ["a", "b", "c"],
        "key": ["sa", "sb", "sc"],
        "split": ["test", "test", "validation"],
        "error": [None, None, None],
        "file_bits": [3000.0, 3600.0, 2800.0],
        "payload_bits": [2000.0, 2600.0, 1800.0],
        "file_sha256": ["fa", "fb", "fc"],
        "speech_seconds": [1.5, 1.5, 1.5],
        "has_delay": [True] * 3,
    }
    return pd.DataFrame(columns | changes)


def reconstruction_log(ids: str = "abc", **changes: Any) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "id": [f"toy/{id}" for id in ids],
        "key": [f"r{id}" for id in ids],
        "error": [None] * len(ids),
        "file_sha256": [f"f{id}" for id in ids],
    }
    return pd.DataFrame(columns | changes)


@pytest.fixture(scope="module")
def speech(make_speech: Any) -> dict[str, Callable[[], Any]]:
    return {id: partial(make_speech, SAMPLES, seed) for seed, id in enumerate("abct")}


@pytest.fixture(scope="module")
def decoded(make_speech: Any) -> dict[str, Callable[[], Any]]:
    """Utterance a as it was but late, b at its own level with noise, c with as much speech."""
    noise = 0.01 * np.random.default_rng(9).standard_normal(SAMPLES).astype(np.float32)
    # Level codes 52 and 72 stand for -26 and -36 dB.
    own_level = np.float32(10 ** (-10 / 20))
    return {
        "toy/a": lambda: np.concatenate([np.zeros(DELAY, np.float32), make_speech(SAMPLES, 0)]),
        "toy/b": lambda: own_level * (make_speech(SAMPLES, 1) + noise),
        "toy/c": lambda: make_speech(SAMPLES, 2) + 2 * noise,
    }


@pytest.fixture(scope="module")
def score(
    speech: dict[str, Any],
    decoded: dict[str, Any],
    measures: MeasureParameters,
    run_loop: Callable[..., Any],
) -> Callable[..., Any]:
    def run(
        log: pd.DataFrame,
        so_far: dict[str, Any] | None = None,
        made: dict[str, Any] = decoded,
        made_log: pd.DataFrame | None = None,
        **changes: Any,
    ) -> Any:
        usual: dict[str, Any] = {
            "speech": speech,
            "manifest": MANIFEST,
            "labels": {},
            "recognisers": {},
            "reconstructed_speech": made,
            "coding_log": log,
            "reconstruction_log": reconstruction_log() if made_log is None else made_log,
            "measures": measures,
            "compute": INLINE,
            "scores_log_so_far": so_far or {},
        }
        return run_loop(nodes.score_codecs(**(usual | changes)))

    return run


@pytest.fixture(scope="module")
def scored(score: Callable[..., Any]) -> Any:
    return score(coding_log())


@pytest.fixture(scope="module")
def ceilings(
    speech: dict[str, Any], measures: MeasureParameters, run_loop: Callable[..., Any]
) -> Callable[..., Any]:
    def run(
        labels: Any = None, recognisers: Any = None, so_far: dict[str, Any] | None = None
    ) -> Any:
        return run_loop(
            nodes.score_ceilings(
                speech, MANIFEST, labels or {}, recognisers or {}, measures, INLINE, so_far or {}
            )
        )

    return run


@pytest.fixture(scope="module")
def highest(ceilings: Callable[..., Any]) -> Any:
    return ceilings()


def test_better_speech_scores_higher(scored: Any) -> None:
    a, b, c = (scored.records[f"toy/{id}"] for id in "abc")
    for name in ("pesq_raw", "pesq_nb", "stoi", "estoi"):
        assert a[name] > b[name] > c[name], name
    assert (a["split"], a["bits"], a["payload_bits"], a["seconds"]) == ("test", 3000, 2000, 1.5)
    assert (c["system"], c["utterance"], c["split"]) == ("toy", "c", "validation")


def test_the_delay_of_a_codec_is_removed_and_told(scored: Any) -> None:
    a = scored.records["toy/a"]
    assert abs(a["delay_samples"] - DELAY) <= 2
    assert a["stoi"] > 0.98
    assert a["samples"] == SAMPLES


def test_the_reference_has_the_level_that_the_speaker_had(
    score: Callable[..., Any], speech: dict[str, Any]
) -> None:
    own_level = np.float32(10 ** (-10 / 20))
    same = {"toy/b": lambda: own_level * speech["b"]()}
    log = coding_log()
    done = score(log[log["utterance"] == "b"], made=same)
    assert done.records["toy/b"]["largest"] < 1e-4


def test_what_was_not_decoded_is_a_row_with_a_reason(score: Callable[..., Any]) -> None:
    done = score(coding_log(), made_log=reconstruction_log("ab"))
    errors = {id: row["error"] for id, row in done.records.items()}
    assert errors["toy/a"] is None and errors["toy/b"] is None
    assert "toy/c cannot be scored because its file has not been decoded" in errors["toy/c"]
    assert done.records["toy/c"]["split"] == "validation"


def test_speech_that_is_nowhere_like_the_original_is_a_row_with_a_reason(
    score: Callable[..., Any], decoded: dict[str, Any], make_speech: Any
) -> None:
    noise = np.random.default_rng(0).standard_normal(SAMPLES).astype(np.float32)
    done = score(coding_log(), made=decoded | {"toy/a": lambda: noise})
    assert "AlignmentError" in done.records["toy/a"]["error"]


def test_a_codec_without_delay_is_scored_where_it_lies(
    score: Callable[..., Any], decoded: dict[str, Any]
) -> None:
    noise = np.random.default_rng(0).standard_normal(SAMPLES).astype(np.float32)
    log = coding_log(has_delay=[False] * 3)
    records = score(log, made=decoded | {"toy/b": lambda: noise}).records
    assert [records[f"toy/{id}"]["delay_samples"] for id in "abc"] == [0, 0, 0]
    assert records["toy/a"]["largest"] > 0.01
    assert records["toy/b"]["error"] is None and records["toy/b"]["stoi"] < 0.5


def test_what_was_not_coded_is_a_reason_and_no_failure(score: Callable[..., Any]) -> None:
    why = "opusenc is not installed; install opus-tools."
    log = coding_log(error=[why] * 3, file_bits=[None] * 3, key=[""] * 3)
    for row in score(log, made={}, made_log=reconstruction_log("")).records.values():
        assert (row["error"], row["reason"], row["bits"]) == (None, why, None)


def test_speech_of_an_earlier_file_is_not_scored_for_a_new_one(score: Callable[..., Any]) -> None:
    coded_again = coding_log(key=["sa", "new", "sc"], file_sha256=["fa", "new", "fc"])
    done = score(coded_again)
    assert "file has not been decoded" in done.records["toy/b"]["error"]
    decoded_too = reconstruction_log(key=["ra", "new", "rc"], file_sha256=["fa", "new", "fc"])
    assert score(coded_again, done.records, made_log=decoded_too).records["toy/b"]["error"] is None


def not_again() -> Any:
    raise AssertionError("loaded again")


GONE = {f"toy/{id}": not_again for id in "abc"}


def test_what_is_scored_is_not_scored_again(score: Callable[..., Any], scored: Any) -> None:
    same = score(coding_log(), scored.records, GONE)
    pd.testing.assert_frame_equal(same.table, scored.table)


@pytest.mark.parametrize(
    "changes",
    [
        {"log": coding_log(key=["sa", "new", "sc"])},
        {"made_log": reconstruction_log(key=["ra", "new", "rc"])},
    ],
    ids=["coded", "decoded"],
)
def test_what_was_made_anew_is_scored_anew(
    score: Callable[..., Any], scored: Any, changes: dict[str, Any]
) -> None:
    changed = score(**({"log": coding_log(), "so_far": scored.records, "made": GONE} | changes))
    assert [id for id, row in changed.records.items() if row["error"]] == ["toy/b"]


def test_other_measures_or_another_recogniser_score_all_anew(
    score: Callable[..., Any], scored: Any, measures: MeasureParameters
) -> None:
    fewer = MeasureParameters.model_validate([TOY_MEASURE])
    for changes in ({"measures": fewer}, {"recognisers": {"recogniser": lambda: Hears([])}}):
        changed = score(coding_log(), scored.records, GONE, **changes)
        assert all(row["error"] for row in changed.records.values())


def test_the_original_is_the_ceiling(highest: Any) -> None:
    for id in "abc":
        row = highest.records[f"original/{id}"]
        assert row["stoi"] == pytest.approx(1.0, abs=1e-3)
        assert row["largest"] == 0
        assert row["bits"] / row["seconds"] == 256_000


def test_analysis_and_synthesis_cost_a_little(highest: Any) -> None:
    row = highest.records["no_codec/a"]
    assert 0.6 < row["stoi"] < 1.0
    assert row["pesq_raw"] < 4.4
    assert math.isnan(row["bits"])


def test_the_narrow_band_loses_what_is_above_4_khz_and_nothing_below(highest: Any) -> None:
    row = highest.records["narrow_band/a"]
    assert row["pesq_nb"] > 4.5
    assert row["largest"] > 0.001
    assert math.isnan(row["bits"])


class Hears:
    """Stands in for a recogniser: it takes everything for what it was told."""

    digest = "heard"

    def __init__(self, phones: list[str]) -> None:
        self.phones = phones

    def recognise(self, speech: Any) -> list[str]:
        return self.phones


def test_phones_are_counted_where_the_corpus_has_labels(ceilings: Callable[..., Any]) -> None:
    labels = {"a": [(0, 800, "h#"), (800, 1600, "dh"), (1600, 2400, "ix"), (2400, 24000, "q")]}
    heard = {"recogniser": lambda: Hears(["sil", "dh", "ae", "s"])}
    done = ceilings(labels, heard)
    # "sil dh ih" against "sil dh ae s": one substitution and one insertion.
    row = done.records["original/a"]
    assert (row["phones"], row["phone_errors"]) == (3, 2)
    assert "phones" not in done.records["original/b"]


def test_without_a_recogniser_ceilings_are_scored_again(
    ceilings: Callable[..., Any], highest: Any
) -> None:
    labels = {"a": [(0, 24000, "ix")]}
    first = ceilings(labels, {"recogniser": lambda: Hears(["ih"])}, highest.records)
    assert first.records["original/a"]["phone_errors"] == 0
