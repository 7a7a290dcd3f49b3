"""Training of the sequence codec: what is learnt, going on after a kill, what is kept."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from gan_audio_compression.codec.sequence.trade import Trade
from gan_audio_compression.networks.sequence.config import SequenceConfig
from gan_audio_compression.signal.distortion_weights import DistortionWeights
from gan_audio_compression.training.config import (
    AdversarialConfig,
    RuntimeConfig,
    ScheduleConfig,
)
from gan_audio_compression.training.observer import Observer
from gan_audio_compression.training.sequence.config import SequenceTrainingConfig
from gan_audio_compression.training.sequence.run import train_sequence
from gan_audio_compression.training.speech import TrainingSpeech, shards_of

NETWORKS = SequenceConfig(
    width=16, encoder_blocks=1, generator_blocks=1, latent_channels=4, prior_width=8
)


def config(epochs: int = 2, **changes: object) -> SequenceTrainingConfig:
    schedule = ScheduleConfig(
        epochs=epochs, batch=4, steps_per_epoch=10, learning_rate=3e-3, gradient_limit=1.0
    )
    values: dict[str, object] = {
        "networks": NETWORKS,
        "schedule": schedule,
        "frames": 48,
        "runtime": RuntimeConfig(validation_segments=4),
        "ema": 0.5,
    }
    return SequenceTrainingConfig(**values | changes)  # type: ignore[arg-type]


def utterance(seed: int, frames: int) -> tuple[int, Callable[[], np.ndarray]]:
    """A log mel of slow bands, which can be learnt, as its length and what loads it."""
    draw = np.random.default_rng(seed)
    bands = -5 + 4 * np.sin(np.arange(128) / 9 + draw.random())
    time = np.sin(np.arange(frames)[:, None] / 20 + 6 * draw.random())
    values = (bands + time).clip(-10, 0).astype(np.float32)
    return frames, lambda: values


@pytest.fixture
def speech() -> TrainingSpeech:
    train = {f"t{i}": utterance(i, 60 + 20 * i) for i in range(4)}
    validation = {"v": utterance(9, 100)}
    return TrainingSpeech(shards_of(train), validation, "digest")


def test_training_brings_distortion_and_rate_down(speech: TrainingSpeech, tmp_path: Path) -> None:
    model, history = train_sequence(speech, config(8), tmp_path, Observer())
    total = [row["distortion"] + row["cost"] for row in history]
    assert total[-1] < 0.7 * total[0]
    assert history[-1]["validation_distortion_1"] < history[0]["validation_distortion_1"]
    assert model.networks == NETWORKS


def test_a_killed_training_goes_on_to_the_same_model(
    speech: TrainingSpeech, tmp_path: Path
) -> None:
    class Killed(Observer):
        def epoch(self, stage: str, epoch: int, figures: dict[str, float]) -> None:
            raise KeyboardInterrupt

    whole, history = train_sequence(speech, config(), tmp_path / "whole", Observer())
    with pytest.raises(KeyboardInterrupt):
        train_sequence(speech, config(), tmp_path / "killed", Killed())
    again, resumed = train_sequence(speech, config(), tmp_path / "killed", Observer())
    assert again.to_bytes() == whole.to_bytes()
    assert resumed == history


def test_a_discriminator_joins_and_is_kept_in_the_checkpoint(
    speech: TrainingSpeech, tmp_path: Path
) -> None:
    class Killed(Observer):
        def epoch(self, stage: str, epoch: int, figures: dict[str, float]) -> None:
            raise KeyboardInterrupt

    evaluated = config(adversarial=AdversarialConfig(0.1, 1.0, width=4, scales=1, layers=2))
    whole, history = train_sequence(speech, evaluated, tmp_path / "whole", Observer())
    assert history[-1]["d_real"] < history[0]["d_real"]
    with pytest.raises(KeyboardInterrupt):
        train_sequence(speech, evaluated, tmp_path / "killed", Killed())
    again, _ = train_sequence(speech, evaluated, tmp_path / "killed", Observer())
    assert again.to_bytes() == whole.to_bytes()
    plain, _ = train_sequence(speech, config(), tmp_path / "plain", Observer())
    assert plain.digest != whole.digest


def test_training_goes_on_from_a_model(speech: TrainingSpeech, tmp_path: Path) -> None:
    first, history = train_sequence(speech, config(8), tmp_path / "first", Observer())
    second, tuned = train_sequence(speech, config(1), tmp_path / "second", Observer(), first)
    assert tuned[0]["distortion"] < 0.8 * history[0]["distortion"]
    assert second.digest != first.digest
    np.testing.assert_array_equal(second.weights["encoder.mean"], first.weights["encoder.mean"])


def test_another_configuration_is_another_training(speech: TrainingSpeech, tmp_path: Path) -> None:
    first, _ = train_sequence(speech, config(1), tmp_path, Observer())
    trade = Trade(lowest_quality=0.6)
    second, _ = train_sequence(speech, config(1, trade=trade), tmp_path, Observer())
    assert first.training_digest != second.training_digest


def test_the_model_knows_what_it_was_trained_for(speech: TrainingSpeech, tmp_path: Path) -> None:
    settings = {"trade": Trade(0.6, 0.01), "distortion": DistortionWeights(0.5, 0.0)}
    model, _ = train_sequence(speech, config(1, **settings), tmp_path, Observer())
    assert {"trade": model.trade, "distortion": model.distortion} == settings


def test_the_global_random_state_stays(speech: TrainingSpeech, tmp_path: Path) -> None:
    before = torch.get_rng_state()
    evaluated = config(1, adversarial=AdversarialConfig(0.1, 1.0, width=4, scales=1, layers=2))
    train_sequence(speech, evaluated, tmp_path, Observer())
    assert torch.equal(torch.get_rng_state(), before)
