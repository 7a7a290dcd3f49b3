"""What the report is given: utterances to hear, and what coded them."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gan_audio_compression.codec.model import CodecModel
from gan_audio_compression.pipelines.evaluation.nodes import report as nodes
from gan_audio_compression.pipelines.evaluation.parameters import EvaluationParameters
from gan_audio_compression.pipelines.systems import BASELINES, LABELS

SAMPLES = 8000
IDS = ["a1", "a2", "b1", "b2", "v1"]
MANIFEST = pd.DataFrame(
    {
        "id": IDS,
        "speaker": ["a", "a", "b", "b", "v"],
        "sex": ["F", "F", None, None, "M"],
        "dialect_region": ["dr1", "dr1", None, None, None],
        "split": ["test"] * 4 + ["validation"],
        "error": [None] * 5,
        "seconds": [0.5] * 5,
        "level_code": [52.0] * 5,
    }
)
SCORES = pd.DataFrame(
    [
        {"id": id, "system": label, "bits": 800.0, "file_bit_rate": 1600.0, "pesq_raw": 2.5}
        for id in IDS
        for label in LABELS.values()
    ]
)


def parameters(examples: int) -> EvaluationParameters:
    return EvaluationParameters(seed=0, examples=examples)


@pytest.fixture
def speech(make_speech: Any) -> dict[str, Callable[[], Any]]:
    return {id: partial(make_speech, SAMPLES, seed) for seed, id in enumerate(IDS)}


def test_examples_are_spread_over_the_speakers_of_the_test_split(speech: dict[str, Any]) -> None:
    examples = nodes.gather_examples(speech, SCORES, MANIFEST, parameters(2), bpgan=speech)
    assert [example.id for example in examples] == ["a1", "b1"]
    assert examples[0].about["Sex"] == "F"
    assert "Sex" not in examples[1].about
    every = nodes.gather_examples(speech, SCORES, MANIFEST, parameters(9), bpgan=speech)
    assert [example.id for example in every] == ["a1", "a2", "b1", "b2"]
    assert nodes.gather_examples(speech, SCORES, MANIFEST, parameters(0), bpgan=speech) == []


def test_an_example_has_the_original_first_and_leaves_out_what_is_not_decoded(
    speech: dict[str, Any],
) -> None:
    (example,) = nodes.gather_examples(
        speech, SCORES, MANIFEST, parameters(1), opus_9k={}, bpgan=speech
    )
    assert [recording.system for recording in example.recordings] == ["Original", "BPGAN"]
    decoded = example.recordings[1]
    assert (decoded.file_bytes, decoded.kbit_s, decoded.pesq_raw) == (100, 1.6, 2.5)
    np.testing.assert_array_equal(decoded.wave, speech["a1"]())


def test_speech_of_an_earlier_run_is_not_played_for_a_codec_that_is_gone(
    speech: dict[str, Any],
) -> None:
    gone = SCORES["system"] == LABELS["opus_9k"]
    scores = SCORES.assign(bits=SCORES["bits"].mask(gone))
    (example,) = nodes.gather_examples(
        speech, scores, MANIFEST, parameters(1), opus_9k=speech, bpgan=speech
    )
    assert [recording.system for recording in example.recordings] == ["Original", "BPGAN"]


def test_provenance_says_what_coded_and_how_to_get_what_is_missing(
    codec_model: CodecModel,
) -> None:
    there = pd.DataFrame({"error": [None], "version": ["v 1"], "how_to_get": ["package v"]})
    absent = there.assign(error="v is not installed; install v.", version=None)
    logs = dict.fromkeys(BASELINES, there) | {"opus_9k": absent}
    made = {row.system: row for row in nodes.gather_provenance(codec_model, **logs)}
    assert codec_model.digest[:16] in made["BPGAN"].made_by
    assert (made["Opus 6k"].made_by, made["Opus 9k"].made_by) == ("v 1", "-")
    assert made["Opus 9k"].how_to_get == "package v"
    assert "Original" not in made


def test_a_number_that_is_not_there_is_no_error(speech: dict[str, Any]) -> None:
    scores = SCORES.assign(pesq_raw=math.nan)
    (example,) = nodes.gather_examples(speech, scores, MANIFEST, parameters(1), bpgan=speech)
    assert math.isnan(example.recordings[1].pesq_raw)
