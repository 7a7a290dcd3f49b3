"""Training by two processes: the same losses as by one, and a clear end where one of them ends."""

import os
import signal
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gan_audio_compression.networks.live.config import LiveConfig
from gan_audio_compression.networks.sequence.config import SequenceConfig
from gan_audio_compression.training.config import AdversarialConfig, RuntimeConfig, ScheduleConfig
from gan_audio_compression.training.live.config import LiveTrainingConfig
from gan_audio_compression.training.live.run import train_live
from gan_audio_compression.training.observer import Observer
from gan_audio_compression.training.parallel import TrainingProcessError, place, trained
from gan_audio_compression.training.segment.config import GanStageConfig, SegmentTrainingConfig
from gan_audio_compression.training.segment.run import train_gan
from gan_audio_compression.training.sequence.config import SequenceTrainingConfig
from gan_audio_compression.training.sequence.run import train_sequence
from gan_audio_compression.training.speech import TrainingDataError, TrainingSpeech, shards_of

STEPS = 20
SCHEDULE = ScheduleConfig(
    epochs=STEPS, batch=4, steps_per_epoch=1, learning_rate=1e-3, gradient_limit=1.0
)
RUNTIME = RuntimeConfig(validation_segments=2)
SEQUENCE = SequenceTrainingConfig(
    networks=SequenceConfig(
        width=16, encoder_blocks=1, generator_blocks=1, latent_channels=4, prior_width=8
    ),
    schedule=SCHEDULE,
    adversarial=AdversarialConfig(adversarial=0.1, feature_matching=0.1, width=4),
    frames=48,
    runtime=RUNTIME,
)
LIVE = LiveTrainingConfig(
    networks=LiveConfig(
        width=16, encoder_blocks=1, generator_blocks=1, latent_channels=4, prior_width=8
    ),
    schedule=SCHEDULE,
    frames=60,
    runtime=RUNTIME,
)
SEGMENT = replace(
    SegmentTrainingConfig.from_dict(
        {"networks": {"layers": "frames", "width": 16, "encoder_blocks": 1, "generator_blocks": 1}}
    ),
    # Slowly: the two networks of the game make differences of rounding grow with each step.
    gan=GanStageConfig(schedule=replace(SCHEDULE, learning_rate=1e-4)),
    runtime=RUNTIME,
)


def log_mel(seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).random((150, 128), np.float32)
    return -5 + noise * np.linspace(-4, 4, 128, dtype=np.float32)


def killing(seed: int) -> np.ndarray:
    if place()[0] == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return log_mel(seed)


def diverging(seed: int) -> np.ndarray:
    return np.full((150, 128), np.nan if place()[0] == 1 else 0, np.float32)


def speech(load: Any = log_mel) -> TrainingSpeech:
    train = {f"t{seed}": (150, partial(load, seed)) for seed in range(6)}
    return TrainingSpeech(shards_of(train), {"v": (150, partial(log_mel, 9))}, "digest")


@pytest.mark.parametrize(
    ("train", "config"),
    [(train_sequence, SEQUENCE), (train_gan, SEGMENT), (train_live, LIVE)],
)
def test_losses_are_the_same_with_one_and_with_two(train: Any, config: Any, tmp_path: Path) -> None:
    histories = [
        trained(count, "cpu", partial(train, speech(), config, tmp_path / str(count), Observer()))[
            1
        ]
        for count in (1, 2)
    ]
    assert len(histories[0]) == len(histories[1]) == STEPS
    for alone, together in zip(*histories, strict=True):
        assert together == pytest.approx(alone, rel=2e-3, abs=1e-5)


def test_a_killed_process_ends_the_training_which_then_goes_on(tmp_path: Path) -> None:
    short = replace(SEQUENCE, schedule=replace(SCHEDULE, epochs=3))
    train_sequence(speech(), replace(short), tmp_path, Observer())
    more = replace(SEQUENCE, seed=1)
    with pytest.raises(TrainingProcessError, match=r"Process 1 of 2 .* has ended \(.*run again"):
        trained(2, "cpu", partial(train_sequence, speech(killing), more, tmp_path, Observer()))
    _, history = trained(2, "cpu", partial(train_sequence, speech(), more, tmp_path, Observer()))
    assert len(history) == STEPS


def test_a_process_that_diverges_ends_all(tmp_path: Path) -> None:
    with pytest.raises(TrainingProcessError, match="sequence diverged at step 0"):
        trained(
            2, "cpu", partial(train_sequence, speech(diverging), SEQUENCE, tmp_path, Observer())
        )


def test_a_batch_that_cannot_be_divided_is_one_sentence(tmp_path: Path) -> None:
    odd = replace(SEQUENCE, schedule=replace(SCHEDULE, batch=3))
    with pytest.raises(TrainingProcessError, match="A batch of 3 cannot be divided among 2"):
        trained(2, "cpu", partial(train_sequence, speech(), odd, tmp_path, Observer()))
    with pytest.raises(TrainingDataError, match="no speech"):
        trained(
            1,
            "cpu",
            partial(train_sequence, replace(speech(), train=[]), odd, tmp_path, Observer()),
        )
