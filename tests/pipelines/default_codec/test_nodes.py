"""The codec over time: trained without test speech, opened at a rate, compared by split."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gan_audio_compression.evaluation.metrics import METRICS
from gan_audio_compression.pipelines.default_codec import nodes
from gan_audio_compression.pipelines.default_codec.parameters import (
    SequenceCodecParameters,
    SequenceTrainingParameters,
)
from gan_audio_compression.pipelines.evaluation.parameters import EvaluationParameters

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


def test_training_leaves_test_speech_alone(tmp_path: Path) -> None:
    log_mel = {"a": loader(60), "b": loader(40), "c": refuse}
    variations = pd.DataFrame({"id": ["a"], "key": ["k"], "frames": [50], "error": [None]})
    parameters = SequenceTrainingParameters.model_validate(VALUES)
    model, history = nodes.train_codec(
        log_mel, MANIFEST, {"a": loader(50)}, variations, parameters, tmp_path
    )
    assert history["epoch"].tolist() == [1, 2]
    assert history["validation_kbit_s_0.5"].gt(0).all()
    codec = nodes.open_sequence(model, SequenceCodecParameters(bitrate=1500))
    assert (codec.nominal_kbit_s, codec.suffix) == (1.5, ".gac")
    assert model.digest in repr(codec)


def scores(value: float) -> pd.DataFrame:
    about = {"id": ["b", "c"], "split": ["validation", "test"], "key": ["1", "2"]}
    rates = {"bits": [2000.0, 4000.0], "payload_bits": [1900.0, 3900.0], "seconds": [1.0, 2.0]}
    measures = {metric: [value, value + 0.5] for metric in METRICS}
    return pd.DataFrame(
        about | rates | measures | {"error": [None] * 2, "compute_seconds": [0.1] * 2}
    )


def test_both_splits_are_compared_at_each_rate() -> None:
    of = {system.key: scores(float(i)) for i, system in enumerate(nodes.SYSTEMS)}
    table = nodes.compare(MANIFEST, EvaluationParameters(seed=0, examples=0), **of)
    assert table.groupby("split")["system"].apply(list)["test"] == [
        "Default 3k",
        "Default 2k",
        "Default 1k",
    ]
    row = table[(table["split"] == "test") & (table["system"] == "Default 2k")].iloc[0]
    assert (row["file_kbit_s"], row["estoi_mean"]) == (pytest.approx(2.0), pytest.approx(1.5))
