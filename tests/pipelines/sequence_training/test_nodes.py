"""The sequence codec in pipelines: varied speech, training without test speech, tuning."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.pipelines.sequence_training import nodes
from gan_audio_compression.pipelines.sequence_training.parameters import VariationParameters
from gan_audio_compression.pipelines.training_parameters import SequenceTrainingParameters
from gan_audio_compression.pipelines.training_start import StartParameters
from tests.pipelines.engines import INLINE

Train = Callable[..., tuple[SequenceModel, pd.DataFrame]]


@pytest.fixture
def train(
    sequence_speech: dict[str, Any], sequence_training: dict[str, Any], tmp_path: Path
) -> Train:
    """Give what trains a codec from scratch, or from what it is told."""
    parameters = SequenceTrainingParameters.model_validate(sequence_training)

    def run(**start: Any) -> tuple[SequenceModel, pd.DataFrame]:
        values = StartParameters.model_validate({"model": None, "tuned": True} | start)
        return nodes.train_sequence_codec(
            **sequence_speech,
            start=values,
            parameters=parameters,
            processes=1,
            checkpoints=tmp_path,
        )

    return run


def test_training_leaves_test_speech_alone(train: Train) -> None:
    model, history = train()
    assert history["epoch"].tolist() == [1, 2]
    assert history["validation_kbit_s_0.5"].gt(0).all()
    assert model.networks.width == 8


def test_a_model_is_tuned_or_taken_as_it_is(train: Train, tmp_path: Path) -> None:
    given = train()[0]
    file = tmp_path / "given.safetensors"
    file.write_bytes(given.to_bytes())
    taken, history = train(model=str(file), tuned=False)
    assert (taken.digest, len(history)) == (given.digest, 0)
    tuned, history = train(model=str(file))
    assert tuned.digest != given.digest
    assert len(history) == 2


def test_each_training_utterance_is_varied_and_no_other(
    sequence_speech: dict[str, Any], make_speech: Any, run_loop: Any
) -> None:
    speech = {id: (lambda id=id: make_speech(16_000, ord(id))) for id in "abc"}
    compute = INLINE
    manifest = sequence_speech["manifest"]
    copies = VariationParameters(copies=2)
    loop = run_loop(nodes.vary_training_speech(speech, manifest, copies, compute, {}))
    first, second = loop.table["id"]
    assert (first, second) == ("a_varied_0", "a_varied_1")
    for id, frames in zip(loop.table["id"], loop.table["frames"], strict=True):
        assert loop.partitions[0][id].shape == (frames, 128)
    assert loop.partitions[0][first].mean() != loop.partitions[0][second].mean()


def test_noise_of_the_corpus_is_mixed_in_and_makes_variations_anew(
    sequence_speech: dict[str, Any], make_speech: Any, run_loop: Any
) -> None:
    def varied(split: str) -> Any:
        manifest = sequence_speech["manifest"].copy()
        manifest.loc[manifest["id"] == "b", "split"] = split
        return run_loop(nodes.vary_training_speech(speech, manifest, copies, compute, {}))

    speech = {id: (lambda id=id: make_speech(16_000, ord(id))) for id in "abc"}
    compute = INLINE
    copies = VariationParameters(copies=9)
    without, noisy = varied("validation"), varied("noise")
    assert set(without.table["key"]).isdisjoint(noisy.table["key"])
    changes = [
        (without.partitions[0][id] - noisy.partitions[0][id]).mean() for id in noisy.table["id"]
    ]
    assert max(map(abs, changes)) > 0.01
