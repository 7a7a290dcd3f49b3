"""Training of the codec over time: crops, what is learnt, going on after a kill."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gan_audio_compression.codec.sequence.trade import Trade
from gan_audio_compression.networks.sequence_config import SequenceConfig
from gan_audio_compression.training.config import RuntimeConfig, ScheduleConfig
from gan_audio_compression.training.observer import Observer
from gan_audio_compression.training.run import TrainingSpeech
from gan_audio_compression.training.segments import TrainingDataError
from gan_audio_compression.training.sequence.config import (
    AdversarialConfig,
    SequenceTrainingConfig,
)
from gan_audio_compression.training.sequence.crops import CropSampler
from gan_audio_compression.training.sequence.run import train_sequence

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


def utterance(seed: int, frames: int) -> tuple[int, object]:
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
    return TrainingSpeech(train, validation, "digest")  # type: ignore[arg-type]


def test_training_brings_distortion_and_rate_down(speech: TrainingSpeech, tmp_path: Path) -> None:
    model, history = train_sequence(speech, config(8), tmp_path, Observer())
    total = [row["distortion"] + row["price"] for row in history]
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

    judged = config(adversarial=AdversarialConfig(0.1, 1.0, width=4, scales=1, layers=2))
    whole, history = train_sequence(speech, judged, tmp_path / "whole", Observer())
    assert history[-1]["d_real"] < history[0]["d_real"]
    with pytest.raises(KeyboardInterrupt):
        train_sequence(speech, judged, tmp_path / "killed", Killed())
    again, _ = train_sequence(speech, judged, tmp_path / "killed", Observer())
    assert again.to_bytes() == whole.to_bytes()
    plain, _ = train_sequence(speech, config(), tmp_path / "plain", Observer())
    assert plain.digest != whole.digest


def test_training_goes_on_from_a_model(speech: TrainingSpeech, tmp_path: Path) -> None:
    first, history = train_sequence(speech, config(8), tmp_path / "first", Observer())
    second, tuned = train_sequence(speech, config(1), tmp_path / "second", Observer(), first)
    assert tuned[0]["distortion"] < 0.8 * history[0]["distortion"]
    assert second.digest != first.digest
    assert torch.equal(second.encoder.mean, first.encoder.mean)


def test_another_configuration_is_another_training(speech: TrainingSpeech, tmp_path: Path) -> None:
    first, _ = train_sequence(speech, config(1), tmp_path, Observer())
    trade = Trade(lowest_quality=0.6)
    second, _ = train_sequence(speech, config(1, trade=trade), tmp_path, Observer())
    assert first.training_digest != second.training_digest


def test_a_crop_lies_within_its_utterance_and_a_short_one_goes_on() -> None:
    long = np.arange(100, dtype=np.float32)[:, None].repeat(128, 1)
    short = np.arange(3, dtype=np.float32)[:, None].repeat(128, 1)
    crops = CropSampler({"a": (100, lambda: long)}, 10, 50, 0).batch(0)
    starts = crops[:, 0, 0]
    assert torch.equal(crops[:, :, 5], starts[:, None] + torch.arange(10))
    assert starts.min() >= 0 and starts.max() <= 90
    assert len(starts.unique()) > 20
    filled = CropSampler({"a": (3, lambda: short)}, 6, 1, 0).batch(0)
    assert filled[0, :, 0].tolist() == [0, 1, 2, 2, 2, 2]


def test_batches_depend_on_the_step_alone() -> None:
    sampler = CropSampler({"a": utterance(0, 200)}, 10, 4, 0)  # type: ignore[dict-item]
    in_a_row = list(sampler.batches(3, 6))
    for step, batch in zip(range(3, 6), in_a_row, strict=True):
        assert torch.equal(batch, sampler.batch(step))
    assert not torch.equal(in_a_row[0], in_a_row[1])


def test_no_speech_is_one_sentence() -> None:
    with pytest.raises(TrainingDataError, match="no speech to train on"):
        CropSampler({}, 10, 4, 0)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [({"frames": 50}, "multiple of 4"), ({"ema": 1.0}, "ema")],
)
def test_bad_values_are_refused(changes: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        config(**changes)
