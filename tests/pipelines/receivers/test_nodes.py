"""The comparison of receivers: each gets the same file, and the table has the means of each."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from gan_audio_compression.codec.sequence.codec import SequenceCodec
from gan_audio_compression.codec.sequence.head import HeadModel
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.evaluation.metrics import METRICS
from gan_audio_compression.pipelines.loops import ComputeParameters
from gan_audio_compression.pipelines.receivers import nodes
from gan_audio_compression.pipelines.receivers.parameters import (
    HeadTrainingParameters,
    ReceiverParameters,
)
from gan_audio_compression.pipelines.receivers.receivers import RECEIVERS, receive, received

PARAMETERS = ReceiverParameters(bitrates=(3000,), seconds=1)
TRAINING = {
    "networks": {"width": 8, "blocks": 1},
    "schedule": {"epochs": 2, "batch": 2, "steps_per_epoch": 1},
    "frames": 16,
    "runtime": {"validation_segments": 2},
}


@pytest.fixture(scope="module")
def speech(make_speech: Any) -> dict[str, Any]:
    waves = {"a": make_speech(7_600, 0), "b": make_speech(20_000, 1)}
    return {id: partial(np.copy, wave) for id, wave in waves.items()} | {
        "c": partial(pytest.fail, "test speech was opened")
    }


@pytest.fixture(scope="module")
def head(
    speech: dict[str, Any],
    sequence_speech: dict[str, Any],
    sequence_model: SequenceModel,
    tmp_path_factory: pytest.TempPathFactory,
) -> HeadModel:
    folder: Path = tmp_path_factory.mktemp("checkpoints")
    parameters = HeadTrainingParameters.model_validate(TRAINING)
    trained, history = nodes.train_head(
        speech, sequence_speech["manifest"], sequence_model, parameters, folder
    )
    assert history["epoch"].tolist() == [1, 2]
    return trained


@pytest.mark.parametrize("name", RECEIVERS)
def test_receivers_give_speech_as_long_and_loud_as_the_codec_does(
    name: str, head: HeadModel, sequence_model: SequenceModel, make_speech: Any
) -> None:
    speech = 0.1 * make_speech(9_001, 3)
    codec = SequenceCodec(sequence_model, 3000)
    data = codec.encode(speech)
    wave = receive(name, received(sequence_model, data), head)
    expected = codec.decode(data)
    assert wave.shape == expected.shape
    assert 0.3 < np.std(wave) / np.std(expected) < 3.0


def test_loudness_matched_is_what_the_codec_decodes(
    head: HeadModel, sequence_model: SequenceModel, make_speech: Any
) -> None:
    codec = SequenceCodec(sequence_model, 3000)
    data = codec.encode(make_speech(9_000, 3))
    wave = receive("griffin_lim_matched", received(sequence_model, data), head)
    np.testing.assert_allclose(wave, codec.decode(data), atol=1e-3 * float(np.std(wave)))


def test_the_table_has_a_row_for_each_receiver_and_rate(
    head: HeadModel,
    speech: dict[str, Any],
    sequence_speech: dict[str, Any],
    sequence_model: SequenceModel,
    run_loop: Any,
) -> None:
    compute = ComputeParameters(executor="inline", workers=1)
    manifest = sequence_speech["manifest"]
    scores = partial(
        nodes.score_receivers, speech, manifest, sequence_model, head, PARAMETERS, compute
    )
    loop = run_loop(scores({}))
    assert loop.table["error"].isna().all()
    table, markdown = nodes.tabulate_receivers(loop.table)
    assert table["receiver"].tolist() == [receiver.label for receiver in RECEIVERS.values()]
    assert (table["utterances"] == 1).all()
    assert table["file_kbit_s"].nunique() == 1
    assert table["log_mel_distance"].nunique() == len(RECEIVERS)
    assert markdown.count("|") == (2 + len(RECEIVERS)) * (len(METRICS) + 5)
    again = run_loop(scores(loop.records))
    assert again.table["log_mel_distance"].tolist() == loop.table["log_mel_distance"].tolist()


@pytest.mark.parametrize("changes", [{"seconds": 17}, {"bitrates": ()}, {"second": 1}])
def test_bad_parameters_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(changes))):
        ReceiverParameters.model_validate(PARAMETERS.model_dump() | changes)
