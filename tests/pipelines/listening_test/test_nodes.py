"""Preparing a listening test from decoded speech."""

import hashlib
import io
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pyloudnorm
import pytest
import soundfile as sf
from pydantic import ValidationError

from gan_audio_compression.bench.entries import Bench
from gan_audio_compression.listening.description import ListeningTest, samples_digest
from gan_audio_compression.listening.errors import ListeningTestError
from gan_audio_compression.pipelines.listening_test import nodes
from gan_audio_compression.pipelines.listening_test.parameters import ListeningTestParameters
from gan_audio_compression.pipelines.loops import Partitions
from tests.pipelines.toys import toy_entry

RATE = 16_000
PARAMETERS = ListeningTestParameters(
    title="A test",
    seed=0,
    utterances=3,
    longest=12,
    loudness_lufs=-23,
    codecs=("bpgan", "opus_9k"),
    codec_anchor="codec2_2400",
)
BENCH = Bench.model_validate(
    {
        "bpgan": toy_entry("BPGAN"),
        "opus_9k": toy_entry("Opus 9k"),
        "codec2_2400": toy_entry("Codec2 2400"),
    }
)
IDS = ["ann_1", "ann_2", "bob_1", "bob_2", "cat_1"]
SAMPLES = {id: RATE + 800 * number for number, id in enumerate(IDS)}

MakeSpeech = Callable[[int, int], np.ndarray]


@pytest.fixture
def manifest() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": IDS,
            "sha256": IDS,
            "speaker": [id[:3] for id in IDS],
            "sex": ["F", "F", "M", "M", None],
            "split": ["test"] * 5,
            "seconds": [SAMPLES[id] / RATE for id in IDS],
            "level_code": [52] * 5,
            "error": [None] * 5,
        }
    )


@pytest.fixture
def speech(make_speech: MakeSpeech) -> Partitions:
    return {id: partial(make_speech, SAMPLES[id], seed) for seed, id in enumerate(IDS)}


@pytest.fixture
def decoded(speech: Partitions) -> dict[str, Partitions]:
    """Codecs that give speech back softer, too long or too short."""

    def back(id: str, gain: float, samples: int) -> np.ndarray:
        wave = np.concatenate([gain * speech[id](), np.full(2000, 1e-3, np.float32)])
        return np.asarray(wave[: SAMPLES[id] + samples], dtype=np.float32)

    made = {"bpgan": (0.1, 0), "opus_9k": (2.0, 2000), "codec2_2400": (0.5, -700)}
    return {system: {id: partial(back, id, *how) for id in IDS} for system, how in made.items()}


def prepared(
    speech: Partitions,
    manifest: pd.DataFrame,
    decoded: dict[str, Partitions],
    parameters: ListeningTestParameters = PARAMETERS,
) -> tuple[ListeningTest, dict[str, bytes]]:
    by_codec = {f"{key}/{id}": load for key, of in decoded.items() for id, load in of.items()}
    log = pd.DataFrame({"id": [*by_codec], "error": None, "delay_samples": 0.0})
    common: dict[str, Any] = {"manifest": manifest, "parameters": parameters, "scores_log": log}
    conditions, absent = nodes.choose_conditions(bench=BENCH, **common)
    items = nodes.choose_items(conditions=conditions, **common)
    text, files = nodes.prepare_test(
        speech=speech,
        conditions=conditions,
        absent=absent,
        items=items,
        reconstructed_speech=by_codec,
        **common,
    )
    return ListeningTest.from_json(text.encode(), "test.json"), files


def test_every_trial_has_every_condition_of_one_length_and_loudness(
    speech: Partitions, manifest: pd.DataFrame, decoded: dict[str, Partitions]
) -> None:
    test, files = prepared(speech, manifest, decoded)
    assert [condition.key for condition in test.conditions] == [
        *("original", "bpgan", "opus_9k", "codec2_2400", "mid_anchor", "low_anchor")
    ]
    assert [condition.role for condition in test.conditions][2:4] == ["codec", "codec_anchor"]
    meter = pyloudnorm.Meter(RATE, filter_class="DeMan")
    for trial in (test.training, *test.trials):
        for stimulus in trial.stimuli:
            data = files.pop(stimulus.token)
            assert hashlib.sha256(data).hexdigest() == stimulus.sha256
            source = decoded.get(stimulus.condition, speech)[trial.id]()
            assert stimulus.source_sha256 == samples_digest(source)
            wave, rate = sf.read(io.BytesIO(data))
            assert (len(wave), rate) == (SAMPLES[trial.id], RATE)
            assert meter.integrated_loudness(wave) == pytest.approx(-23, abs=0.02)
    assert files == {}


def test_trials_cover_the_sexes_and_the_training_is_another_utterance(
    speech: Partitions, manifest: pd.DataFrame, decoded: dict[str, Partitions]
) -> None:
    test, _ = prepared(speech, manifest, decoded)
    assert {trial.sex for trial in test.trials} == {"F", "M", None}
    assert test.training.id not in {trial.id for trial in test.trials}


def test_the_same_seed_is_the_same_test_and_another_hides_names_anew(
    speech: Partitions, manifest: pd.DataFrame, decoded: dict[str, Partitions]
) -> None:
    first, _ = prepared(speech, manifest, decoded)
    assert prepared(speech, manifest, decoded)[0].digest == first.digest
    other, _ = prepared(speech, manifest, decoded, PARAMETERS.model_copy(update={"seed": 1}))
    assert not first.training.tokens & set().union(*(trial.tokens for trial in other.trials))


def test_the_hidden_reference_is_the_original(
    speech: Partitions, manifest: pd.DataFrame, decoded: dict[str, Partitions]
) -> None:
    test, files = prepared(speech, manifest, decoded)
    trial = test.trials[0]
    (hidden,) = (s for s in trial.stimuli if s.condition == "original")
    wave, _ = sf.read(io.BytesIO(files[hidden.token]))
    assert np.corrcoef(wave, speech[trial.id]())[0, 1] > 0.99999


def test_a_codec_that_is_absent_is_said_and_left_out(
    speech: Partitions,
    manifest: pd.DataFrame,
    decoded: dict[str, Partitions],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    test, _ = prepared(speech, manifest, decoded | {"codec2_2400": {}})
    assert "codec2_2400" not in {condition.key for condition in test.conditions}
    assert test.absent == ("Codec2 2400 has no scored utterance of the test split.",)
    assert "Codec2 2400" in caplog.text


def test_without_any_codec_there_is_no_test(
    speech: Partitions, manifest: pd.DataFrame, decoded: dict[str, Partitions]
) -> None:
    nothing = decoded | {"bpgan": {}, "opus_9k": {}}
    with pytest.raises(ListeningTestError, match="run the pipelines"):
        prepared(speech, manifest, nothing)


def test_a_codec_that_is_not_of_the_bench_is_named(
    speech: Partitions, manifest: pd.DataFrame, decoded: dict[str, Partitions]
) -> None:
    other = PARAMETERS.model_copy(update={"codecs": ("mp3",)})
    with pytest.raises(ListeningTestError, match="mp3 is no codec of the bench"):
        prepared(speech, manifest, decoded, other)


def test_one_utterance_is_too_few(
    speech: Partitions, manifest: pd.DataFrame, decoded: dict[str, Partitions]
) -> None:
    only = decoded | {"opus_9k": {"ann_1": decoded["opus_9k"]["ann_1"]}}
    with pytest.raises(ListeningTestError, match="1 utterances of at most 12 s"):
        prepared(speech, manifest, only)


def test_utterances_of_other_splits_are_not_played(
    speech: Partitions, manifest: pd.DataFrame, decoded: dict[str, Partitions]
) -> None:
    manifest["split"] = ["train", "validation", "test", "test", "test"]
    test, _ = prepared(speech, manifest, decoded)
    assert {t.id for t in (test.training, *test.trials)} == {"bob_1", "bob_2", "cat_1"}


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"codecs": ["bpgan", "bpgan"]}, "named twice"),
        ({"codecs": ["codec2_2400"]}, "named twice"),
        ({"codecs": []}, "codecs"),
        ({"longest": 13}, "longest"),
        ({"utterances": 0}, "utterances"),
        ({"loudness_lufs": 3}, "loudness_lufs"),
    ],
)
def test_bad_parameters_are_named(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        ListeningTestParameters.model_validate(PARAMETERS.model_dump() | changes)
