"""Training of the receiver's last network: what is learnt, what stays, going on after a kill."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.networks.layers import layers_of
from gan_audio_compression.networks.sequence.config import MagnitudeConfig
from gan_audio_compression.networks.sequence.magnitude import correct
from gan_audio_compression.networks.weights import weights_below
from gan_audio_compression.training.config import (
    AdversarialConfig,
    RuntimeConfig,
    ScheduleConfig,
)
from gan_audio_compression.training.magnitude.config import MagnitudeTrainingConfig
from gan_audio_compression.training.magnitude.run import train_magnitude
from gan_audio_compression.training.observer import Observer
from gan_audio_compression.training.speech import TrainingDataError, TrainingSpeech, shards_of
from tests.codecs import without_magnitudes


def config(epochs: int = 2, **changes: Any) -> MagnitudeTrainingConfig:
    values: dict[str, Any] = {
        "network": MagnitudeConfig(width=8, blocks=1),
        "schedule": ScheduleConfig(
            epochs=epochs, batch=2, steps_per_epoch=5, learning_rate=3e-3, gradient_limit=1.0
        ),
        "frames": 48,
        "ema": 0.5,
        "runtime": RuntimeConfig(validation_segments=2),
    }
    return MagnitudeTrainingConfig(**values | changes)


@pytest.fixture
def codec(sequence_model: SequenceModel) -> SequenceModel:
    return without_magnitudes(sequence_model)


@pytest.fixture
def speech(make_speech: Any) -> TrainingSpeech:
    waves = {f"t{i}": make_speech(16_000, i) for i in range(3)}
    train = {name: (len(wave), partial(np.copy, wave)) for name, wave in waves.items()}
    return TrainingSpeech(shards_of(train), {"v": train["t0"]}, "digest")


def test_the_network_learns_and_the_codec_stays(
    codec: SequenceModel, speech: TrainingSpeech, tmp_path: Path
) -> None:
    before = codec.digest
    model, history = train_magnitude(codec, speech, config(6), tmp_path, Observer())
    errors = [row["validation_distortion_0.5"] for row in history]
    assert errors[-1] < 0.95 * errors[0]
    assert codec.digest == before != model.digest
    for name, weight in weights_below(codec.weights, "generator").items():
        np.testing.assert_array_equal(model.weights[f"generator.{name}"], weight)
    assert SequenceModel.from_bytes(model.to_bytes()).digest == model.digest


def test_the_codec_keeps_a_share_of_what_was_learnt(
    codec: SequenceModel, speech: TrainingSpeech, tmp_path: Path
) -> None:
    log_mel = np.random.default_rng(0).standard_normal((1, 20, 128))
    shares = {"correction": 0.25, "texture": 0.5, "texture_above": 2000.0}
    outputs = []
    for kept in ({}, shares):
        folder = tmp_path / str(len(kept))
        model, _ = train_magnitude(codec, speech, config(2, **kept), folder, Observer())
        network = layers_of(weights_below(model.weights, "magnitude"), np.float64)
        outputs.append(correct(network, log_mel))
    (correction, texture), (less, fainter) = outputs
    # A bin is 31.25 Hz wide.
    np.testing.assert_allclose(less, 0.25 * correction, rtol=1e-5)
    np.testing.assert_allclose(fainter[..., :64], 0.5 * texture[..., :64], rtol=1e-5)
    np.testing.assert_array_equal(fainter[..., 64:], texture[..., 64:])


def test_a_network_goes_on_learning(
    codec: SequenceModel, speech: TrainingSpeech, tmp_path: Path
) -> None:
    first, history = train_magnitude(codec, speech, config(8), tmp_path / "1", Observer())
    other = config(1, network=MagnitudeConfig(width=4, blocks=1))
    second, tuned = train_magnitude(first, speech, other, tmp_path / "2", Observer())
    assert second.magnitude is not None and second.magnitude.width == 8
    assert tuned[0]["distortion"] < (history[0]["distortion"] + history[-1]["distortion"]) / 2


@pytest.mark.parametrize(
    "adversarial", [AdversarialConfig(), AdversarialConfig(1.0, 1.0, width=4, scales=1, layers=1)]
)
def test_a_killed_training_goes_on_to_the_same_model(
    codec: SequenceModel,
    speech: TrainingSpeech,
    tmp_path: Path,
    adversarial: AdversarialConfig,
) -> None:
    class Killed(Observer):
        def epoch(self, stage: str, epoch: int, figures: dict[str, float]) -> None:
            raise KeyboardInterrupt

    asked = config(adversarial=adversarial)
    whole, history = train_magnitude(codec, speech, asked, tmp_path / "a", Observer())
    with pytest.raises(KeyboardInterrupt):
        train_magnitude(codec, speech, asked, tmp_path / "b", Killed())
    again, resumed = train_magnitude(codec, speech, asked, tmp_path / "b", Observer())
    assert again.to_bytes() == whole.to_bytes()
    assert resumed == history
    assert ("d_real" in history[0]) == adversarial.used


def test_without_a_shape_a_codec_stays_without_a_network(
    codec: SequenceModel, speech: TrainingSpeech, tmp_path: Path
) -> None:
    model, history = train_magnitude(codec, speech, config(network=None), tmp_path, Observer())
    assert model is codec and history == []


def test_the_global_random_state_stays(
    codec: SequenceModel, speech: TrainingSpeech, tmp_path: Path
) -> None:
    before = torch.get_rng_state()
    train_magnitude(codec, speech, config(1), tmp_path, Observer())
    assert torch.equal(torch.get_rng_state(), before)


def test_without_speech_there_is_nothing_to_learn(codec: SequenceModel, tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match="no speech"):
        train_magnitude(codec, TrainingSpeech([], {}, ""), config(), tmp_path, Observer())


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"spectrum": -1.0}, "not negative"),
        ({"frames": 0}, "positive"),
        ({"ema": 1.0}, "decay"),
        ({"texture": 1.5}, "shares"),
    ],
)
def test_wrong_parameters_are_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        config(**wrong)
