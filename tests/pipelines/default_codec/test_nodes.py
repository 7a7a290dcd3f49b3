"""The codec over time in pipelines: varied speech, training without test speech, tuning."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.networks.errors import NotAModelError
from gan_audio_compression.pipelines.default_codec import nodes
from gan_audio_compression.pipelines.default_codec.parameters import (
    SequenceTrainingParameters,
    StartParameters,
)
from gan_audio_compression.pipelines.loops import ComputeParameters

VALUES: dict[str, Any] = {
    "networks": {
        "width": 8,
        "encoder_blocks": 1,
        "generator_blocks": 1,
        "latent_channels": 2,
        "prior_width": 4,
    },
    "schedule": {"epochs": 2, "batch": 2, "steps_per_epoch": 1},
    "frames": 16,
    "runtime": {"validation_segments": 2},
}
MANIFEST = pd.DataFrame(
    {
        "id": ["a", "b", "c"],
        "key": ["ka", "kb", "kc"],
        "split": ["train", "validation", "test"],
        "error": [None] * 3,
        "frames": [60.0, 40.0, 40.0],
        "speaker": ["s1", "s2", "s3"],
        "sex": ["F", "M", "F"],
        "dialect_region": [None] * 3,
    }
)


def refuse() -> Any:
    raise AssertionError("training may not look at this utterance")


def loader(frames: int) -> Any:
    values = -10 * np.random.default_rng(frames).random((frames, 128), dtype=np.float32)
    return lambda: values


def train(tmp_path: Path, **start: Any) -> tuple[SequenceModel, pd.DataFrame]:
    log_mel = {"a": loader(60), "b": loader(40), "c": refuse}
    variations = pd.DataFrame({"id": ["a"], "key": ["k"], "frames": [50], "error": [None]})
    return nodes.train_codec(
        log_mel,
        MANIFEST,
        {"a": loader(50)},
        variations,
        StartParameters.model_validate({"model": None, "tuned": True} | start),
        SequenceTrainingParameters.model_validate(VALUES),
        tmp_path,
    )


def test_training_leaves_test_speech_alone(tmp_path: Path) -> None:
    model, history = train(tmp_path)
    assert history["epoch"].tolist() == [1, 2]
    assert history["validation_kbit_s_0.5"].gt(0).all()
    assert model.networks.width == 8


def test_a_model_is_tuned_or_taken_as_it_is(tmp_path: Path) -> None:
    given = train(tmp_path)[0]
    file = tmp_path / "given.safetensors"
    file.write_bytes(given.to_bytes())
    taken, history = train(tmp_path, model=str(file), tuned=False)
    assert (taken.digest, len(history)) == (given.digest, 0)
    tuned, history = train(tmp_path, model=str(file))
    assert tuned.digest != given.digest
    assert len(history) == 2


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAModelError, match="paper's codec"):
        train(tmp_path, model="paper")
    with pytest.raises(ValidationError, match="without a model"):
        StartParameters(model=None, tuned=False)


def test_each_training_utterance_is_varied_once(make_speech: Any, run_loop: Any) -> None:
    speech = {id: (lambda id=id: make_speech(16_000, ord(id))) for id in "abc"}
    compute = ComputeParameters(executor="inline", workers=1)
    loop = run_loop(nodes.vary_training_speech(speech, MANIFEST, compute, {}))
    assert loop.table["id"].tolist() == ["a"]
    assert loop.partitions[0]["a"].shape == (int(loop.table["frames"][0]), 128)
