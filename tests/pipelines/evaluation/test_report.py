"""What the report is given: utterances to hear, and what coded them."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gan_audio_compression.bench.entries import Bench
from gan_audio_compression.pipelines.evaluation.nodes import report as nodes
from gan_audio_compression.pipelines.evaluation.parameters import EvaluationParameters

SAMPLES = 8000
IDS = ["a1", "a2", "b1", "b2", "v1"]
MANIFEST = pd.DataFrame(
    {
        "id": IDS,
        "speaker": ["a", "a", "b", "b", "v"],
        "sex": ["F", "F", None, None, "M"],
        "dialect_region": ["dr1", "dr1", None, None, None],
        "test_set": None,
        "split": ["test"] * 4 + ["validation"],
        "error": [None] * 5,
        "seconds": [0.5] * 5,
        "level_code": [52.0] * 5,
    }
)
SCORES = pd.DataFrame(
    [
        {"id": id, "system": label, "bits": 800.0, "delay_samples": 80.0}
        | {"file_bit_rate": 1600.0, "pesq_raw": 2.5}
        for id in IDS
        for label in ("Original", "BPGAN", "Opus 9k")
    ]
)


def parameters(examples: int) -> EvaluationParameters:
    return EvaluationParameters(
        seed=0, examples=examples, reference="bpgan", spectrograms=("bpgan",), closing=()
    )


@pytest.fixture
def speech(make_speech: Any) -> dict[str, Callable[[], Any]]:
    return {id: partial(make_speech, SAMPLES, seed) for seed, id in enumerate(IDS)}


@pytest.fixture
def gather(speech: dict[str, Any], bench: Bench) -> Callable[..., Any]:
    """Gather examples of what some codecs decoded as it was, but late by 5 ms."""

    def late(load: Callable[[], Any]) -> Any:
        return np.concatenate([np.zeros(80, np.float32), load()])

    def run(examples: int, *codecs: str, scores: pd.DataFrame = SCORES) -> Any:
        decoded = {f"{c}/{id}": partial(late, load) for c in codecs for id, load in speech.items()}
        return nodes.gather_examples(speech, decoded, scores, MANIFEST, bench, parameters(examples))

    return run


def test_examples_are_spread_over_the_speakers_of_the_test_split(
    gather: Callable[..., Any],
) -> None:
    examples = gather(2, "bpgan")
    assert [example.id for example in examples] == ["a1", "b1"]
    assert examples[0].about["Sex"] == "F"
    assert "Sex" not in examples[1].about
    assert [example.id for example in gather(9, "bpgan")] == ["a1", "a2", "b1", "b2"]
    assert gather(0, "bpgan") == []


def test_an_example_has_the_original_first_and_leaves_out_what_is_not_decoded(
    gather: Callable[..., Any], speech: dict[str, Any]
) -> None:
    (example,) = gather(1, "bpgan")
    assert [recording.system for recording in example.recordings] == ["Original", "BPGAN"]
    decoded = example.recordings[1]
    assert (decoded.file_bytes, decoded.kbit_s, decoded.pesq_raw) == (100, 1.6, 2.5)
    original = speech["a1"]()
    assert decoded.wave.shape == original.shape
    np.testing.assert_array_equal(decoded.wave, original)


def test_speech_of_an_earlier_run_is_not_played_for_a_codec_that_is_gone(
    gather: Callable[..., Any],
) -> None:
    gone = SCORES["system"] == "Opus 9k"
    scores = SCORES.assign(delay_samples=SCORES["delay_samples"].mask(gone))
    (example,) = gather(1, "bpgan", "opus_9k", scores=scores)
    assert [recording.system for recording in example.recordings] == ["Original", "BPGAN"]


def test_provenance_says_what_coded_and_how_to_get_what_is_missing(bench: Bench) -> None:
    log = pd.DataFrame(
        {
            "system": ["bpgan", "opus_9k"],
            "error": [None, "v is not installed; install v."],
            "version": ["v 1", None],
            "how_to_get": ["part of this project", "package v"],
        }
    )
    made = {row.system: row for row in nodes.gather_provenance(log, bench)}
    assert (made["BPGAN"].made_by, made["Opus 9k"].made_by) == ("v 1", "-")
    assert made["Opus 9k"].how_to_get == "package v"
    assert "Original" not in made


def test_a_number_that_is_not_there_is_no_error(gather: Callable[..., Any]) -> None:
    (example,) = gather(1, "bpgan", scores=SCORES.assign(pesq_raw=math.nan))
    assert math.isnan(example.recordings[1].pesq_raw)
