"""Scores of systems, of other codecs and of speech that was not coded."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gan_audio_compression.evaluation.metrics import METRICS
from gan_audio_compression.pipelines.evaluation.nodes import scores as nodes
from gan_audio_compression.pipelines.loops import ComputeParameters

INLINE = ComputeParameters(executor="inline", workers=1)
SAMPLES = 24_000
MANIFEST = pd.DataFrame(
    {
        "id": ["a", "b", "c", "t", "x"],
        "key": ["ka", "kb", "kc", "kt", "kx"],
        "split": ["test", "test", "validation", "train", "test"],
        "error": [None, None, None, None, "SilentAudioError: nothing"],
        "seconds": [1.5, 1.5, 1.5, 1.5, math.nan],
        "level_code": [52.0, 72.0, 52.0, 52.0, math.nan],
        "speaker": ["s1", "s2", "s3", "s4", "s1"],
        "sex": ["F", "M", None, "F", "F"],
        "dialect_region": ["dr1", "dr2", None, "dr1", "dr1"],
    }
)


def search_log(**changes: Any) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "id": ["a", "b", "c"],
        "key": ["sa", "sb", "sc"],
        "split": ["test", "test", "validation"],
        "error": [None, None, None],
        "file_bits": [3000.0, 3600.0, 2800.0],
        "file_sha256": ["fa", "fb", "fc"],
        "speech_seconds": [1.5, 1.5, 1.5],
    }
    return pd.DataFrame(columns | changes)


def reconstruction_log(ids: str = "abc", **changes: Any) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "id": list(ids),
        "key": [f"r{id}" for id in ids],
        "error": [None] * len(ids),
        "file_sha256": [f"f{id}" for id in ids],
    }
    return pd.DataFrame(columns | changes)


@pytest.fixture(scope="module")
def speech(make_speech: Any) -> dict[str, Callable[[], Any]]:
    def loader(seed: int) -> Callable[[], Any]:
        return lambda: make_speech(SAMPLES, seed)

    return {id: loader(seed) for seed, id in enumerate("abct")}


@pytest.fixture(scope="module")
def decoded(make_speech: Any) -> dict[str, Callable[[], Any]]:
    """Utterance a as it was, b at its own level with noise, c as noise alone."""
    noise = 0.02 * np.random.default_rng(9).standard_normal(SAMPLES).astype(np.float32)
    # Level codes 52 and 72 stand for -26 and -36 dB.
    own_level = np.float32(10 ** (-10 / 20))
    return {
        "a": lambda: make_speech(SAMPLES, 0),
        "b": lambda: own_level * (make_speech(SAMPLES, 1) + noise),
        "c": lambda: noise,
    }


@pytest.fixture(scope="module")
def score(
    speech: dict[str, Any], decoded: dict[str, Any], run_loop: Callable[..., Any]
) -> Callable[..., Any]:
    def run(
        log: pd.DataFrame,
        so_far: dict[str, Any] | None = None,
        made: dict[str, Any] = decoded,
        made_log: pd.DataFrame | None = None,
    ) -> Any:
        made_log = reconstruction_log() if made_log is None else made_log
        saved = nodes.score_system(
            speech, MANIFEST, {}, {}, made, log, made_log, INLINE, so_far or {}
        )
        return run_loop(saved)

    return run


@pytest.fixture(scope="module")
def scored(score: Callable[..., Any]) -> Any:
    return score(search_log())


def test_better_speech_scores_higher(scored: Any) -> None:
    a, b, c = (scored.records[id] for id in "abc")
    assert a["stoi"] == pytest.approx(1.0, abs=1e-3)
    assert a["pesq_raw"] == pytest.approx(4.5, abs=0.1)
    for name, metric in METRICS.items():
        worst_first = [c[name], b[name], a[name]]
        assert sorted(worst_first, reverse=not metric.higher_is_better) == worst_first, name
    assert (a["split"], a["bits"], a["seconds"]) == ("test", 3000.0, 1.5)
    assert c["split"] == "validation"


def test_the_reference_has_the_level_that_the_speaker_had(
    speech: dict[str, Any], decoded: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = []

    def keep(reference: Any, made: Any) -> dict[str, Any]:
        pairs.append((reference, made))
        return {}

    monkeypatch.setattr(nodes, "score_utterance", keep)
    log = search_log()
    only_b = log[log["id"] == "b"]
    made_log = reconstruction_log()
    list(nodes.score_system(speech, MANIFEST, {}, {}, decoded, only_b, made_log, INLINE, {}))
    ((reference, made),) = pairs
    assert np.corrcoef(reference, made)[0, 1] > 0.5
    np.testing.assert_allclose(reference, 10 ** (-10 / 20) * speech["b"](), rtol=1e-4, atol=1e-7)


def test_what_was_not_coded_or_not_decoded_is_a_row_with_a_reason(
    score: Callable[..., Any], decoded: dict[str, Any]
) -> None:
    log = search_log(error=["ValueError: bad luck", None, None], file_bits=[None, 3600.0, 2800.0])
    done = score(log, made=decoded, made_log=reconstruction_log("ab"))
    reasons = {id: row["error"] for id, row in done.records.items()}
    assert reasons["a"] == (
        "NotDecodedError: a cannot be scored because ValueError: bad luck; see the search log."
    )
    assert reasons["b"] is None
    assert "c cannot be scored because its file has not been decoded" in reasons["c"]
    assert done.records["c"]["split"] == "validation"


def test_speech_of_an_earlier_file_is_not_scored_for_a_new_one(score: Callable[..., Any]) -> None:
    coded_again = search_log(key=["sa", "new", "sc"], file_sha256=["fa", "new", "fc"])
    done = score(coded_again)
    assert "b cannot be scored because its file has not been decoded" in done.records["b"]["error"]
    decoded_too = reconstruction_log(key=["ra", "new", "rc"], file_sha256=["fa", "new", "fc"])
    assert score(coded_again, done.records, made_log=decoded_too).records["b"]["error"] is None


def test_what_is_scored_is_not_scored_again(score: Callable[..., Any], scored: Any) -> None:
    def not_again() -> Any:
        raise AssertionError("loaded again")

    same = score(search_log(), scored.records, dict.fromkeys("abc", not_again))
    pd.testing.assert_frame_equal(same.table, scored.table)
    coded_again = search_log(key=["sa", "new", "sc"])
    changed = score(coded_again, scored.records, dict.fromkeys("abc", not_again))
    assert [id for id, row in changed.records.items() if row["error"]] == ["b"]


def test_the_original_is_the_ceiling(speech: dict[str, Any], run_loop: Callable[..., Any]) -> None:
    done = run_loop(nodes.score_original(speech, MANIFEST, {}, {}, INLINE, {}))
    assert list(done.records) == ["a", "b", "c"]
    for row in done.records.values():
        assert row["stoi"] == pytest.approx(1.0, abs=1e-3)
        assert row["bits"] / row["seconds"] == 256_000


def test_analysis_and_synthesis_cost_a_little(
    speech: dict[str, Any], run_loop: Callable[..., Any], scored: Any
) -> None:
    done = run_loop(nodes.score_synthesis(speech, MANIFEST, {}, {}, INLINE, {}))
    row = done.records["a"]
    assert scored.records["c"]["stoi"] < 0.6 < row["stoi"] < 1.0
    assert row["pesq_raw"] < 4.4
    assert math.isnan(row["bits"])


def test_the_narrow_band_loses_what_is_above_4_khz_and_nothing_below(
    speech: dict[str, Any], run_loop: Callable[..., Any]
) -> None:
    done = run_loop(nodes.score_narrow_band(speech, MANIFEST, {}, {}, INLINE, {}))
    row = done.records["a"]
    assert row["pesq_nb"] > 4.5
    assert row["log_mel_distance"] > 1.0
    assert math.isnan(row["bits"])


class Hears:
    """Stands in for a recogniser: it takes everything for what it was told."""

    digest = "heard"

    def __init__(self, phones: list[str]) -> None:
        self.phones = phones

    def recognise(self, speech: Any) -> list[str]:
        return self.phones


def test_phones_are_counted_where_the_corpus_has_labels(
    speech: dict[str, Any], run_loop: Callable[..., Any]
) -> None:
    labels = {"a": [(0, 800, "h#"), (800, 1600, "dh"), (1600, 2400, "ix"), (2400, 24000, "q")]}
    heard: dict[str, Any] = {"recogniser": lambda: Hears(["sil", "dh", "ae", "s"])}
    done = run_loop(nodes.score_original(speech, MANIFEST, labels, heard, INLINE, {}))
    # "sil dh ih" against "sil dh ae s": one substitution and one insertion.
    assert (done.records["a"]["phones"], done.records["a"]["phone_errors"]) == (3, 2)
    assert "phones" not in done.records["b"]


def test_another_recogniser_counts_again(
    speech: dict[str, Any], run_loop: Callable[..., Any]
) -> None:
    labels = {"a": [(0, 24000, "ix")]}
    first: dict[str, Any] = {"recogniser": lambda: Hears(["ih"])}
    done = run_loop(nodes.score_original(speech, MANIFEST, labels, first, INLINE, {}))
    again = run_loop(nodes.score_original(speech, MANIFEST, labels, {}, INLINE, done.records))
    assert done.records["a"]["phone_errors"] == 0
    assert "phones" not in again.records["a"]


def coding_log(**changes: Any) -> pd.DataFrame:
    return search_log(payload_bits=[2000.0, 2600.0, 1800.0], **changes)


def test_another_codec_is_scored_like_ours(
    speech: dict[str, Any],
    decoded: dict[str, Any],
    scored: Any,
    run_loop: Callable[..., Any],
) -> None:
    saved = nodes.score_baseline(speech, MANIFEST, {}, {}, decoded, coding_log(), INLINE, {})
    done = run_loop(saved)
    for id, row in done.records.items():
        for metric in METRICS:
            assert row[metric] == pytest.approx(scored.records[id][metric], nan_ok=True)
    assert done.records["a"]["payload_bits"] == 2000.0


def test_a_codec_that_is_not_installed_is_a_reason_and_no_failure(
    speech: dict[str, Any], run_loop: Callable[..., Any]
) -> None:
    why = "opusenc is not installed; install opus-tools."
    log = search_log(error=[why] * 3, file_bits=[None] * 3, key=[""] * 3)
    done = run_loop(nodes.score_baseline(speech, MANIFEST, {}, {}, {}, log, INLINE, {}))
    for row in done.records.values():
        assert (row["error"], row["reason"], row["bits"]) == (None, why, None)
