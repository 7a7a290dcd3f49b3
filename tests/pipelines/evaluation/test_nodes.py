"""Scores of systems, their tables, and the utterance that the figures show."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from gan_audio_compression.evaluation.metrics import METRICS
from gan_audio_compression.pipelines.evaluation import nodes
from gan_audio_compression.pipelines.evaluation.parameters import EvaluationParameters
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
        saved = nodes.score_system(speech, made, log, made_log, MANIFEST, INLINE, so_far or {})
        return run_loop(saved)

    return run


@pytest.fixture(scope="module")
def scored(score: Callable[..., Any]) -> Any:
    return score(search_log())


def test_better_speech_scores_higher(scored: Any) -> None:
    a, b, c = (scored.records[id] for id in "abc")
    assert a["stoi"] == pytest.approx(1.0, abs=1e-3)
    assert a["pesq_raw"] == pytest.approx(4.5, abs=0.1)
    for metric in METRICS:
        assert a[metric] > b[metric] > c[metric], metric
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
    list(nodes.score_system(speech, decoded, only_b, made_log, MANIFEST, INLINE, {}))
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
    done = run_loop(nodes.score_original(speech, MANIFEST, INLINE, {}))
    assert list(done.records) == ["a", "b", "c"]
    for row in done.records.values():
        assert row["stoi"] == pytest.approx(1.0, abs=1e-3)
        assert row["bits"] / row["seconds"] == 256_000


def test_analysis_and_synthesis_cost_a_little(
    speech: dict[str, Any], run_loop: Callable[..., Any], scored: Any
) -> None:
    done = run_loop(nodes.score_synthesis(speech, MANIFEST, INLINE, {}))
    row = done.records["a"]
    assert scored.records["c"]["stoi"] < 0.6 < row["stoi"] < 1.0
    assert row["pesq_raw"] < 4.4
    assert math.isnan(row["bits"])


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
    usual = {name: scores(0.5) for name in nodes.SYSTEM_NAMES}
    return nodes.join_scores(MANIFEST, **(usual | changes))


def test_scores_of_all_systems_in_one_table() -> None:
    table = joined()
    assert len(table) == 3 * len(nodes.SYSTEM_NAMES)
    assert set(table["system"]) == set(nodes.SYSTEM_NAMES.values())
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
    (test, _, report, means) = nodes.compare_codecs(table, EvaluationParameters(seed=0))
    row = test.set_index("system").loc["BPGAN"]
    assert (row["n"], row["failed"]) == (2, 2)
    assert pd.isna(row["stoi_mean"])
    assert "| BPGAN | 2 | 2 | - |" in report
    assert not [name for name in means if ".bpgan." in name]


def test_test_and_validation_are_kept_apart() -> None:
    table = joined(bpgan=scores(0.9))
    test, validation, report, means = nodes.compare_codecs(table, EvaluationParameters(seed=0))
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
    assert test["system"].tolist() == list(nodes.SYSTEM_NAMES.values())


def texts(figure: Figure) -> str:
    return " ".join(text.get_text() for text in figure.findobj(Text))


def test_figures_show_the_first_test_utterance_that_was_coded(
    speech: dict[str, Any], decoded: dict[str, Any]
) -> None:
    listed: dict[str, Any] = {"id": ["c", "b", "a"], "split": ["test", "test", "validation"]}
    log = search_log(**listed)
    assert nodes.example_utterance(log) == "b"
    assert nodes.example_utterance(search_log(**listed, error=[None, "E: no", None])) == "c"
    mels = {id: lambda: np.full((188, 128), -5.0, np.float32) for id in "b"}
    figures = [
        nodes.plot_original_mel(mels, log),
        nodes.plot_generated_mel(mels, log),
        nodes.plot_spectrogram_pair(speech, decoded, log, MANIFEST),
    ]
    for number, figure in zip((6, 7, 8), figures, strict=True):
        assert f"of b (figure {number})" in texts(figure)


def test_no_coded_test_utterance_is_one_sentence() -> None:
    log = search_log(split=["validation"] * 3)
    with pytest.raises(nodes.NotDecodedError, match="No utterance of the test split was coded;"):
        nodes.example_utterance(log)
