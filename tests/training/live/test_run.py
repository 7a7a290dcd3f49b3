"""Training of the live codec: what is learnt, going on after a kill, where it starts."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.networks.live.config import LiveConfig
from gan_audio_compression.networks.sequence.config import SequenceConfig
from gan_audio_compression.training.config import RuntimeConfig, ScheduleConfig
from gan_audio_compression.training.live.conditions import steady
from gan_audio_compression.training.live.config import LiveTrainingConfig
from gan_audio_compression.training.live.networks import _following
from gan_audio_compression.training.live.run import train_live
from gan_audio_compression.training.live.start import started_from
from gan_audio_compression.training.observer import Observer
from gan_audio_compression.training.sequence.config import SequenceTrainingConfig
from gan_audio_compression.training.sequence.run import train_sequence
from gan_audio_compression.training.speech import TrainingSpeech

WIDTHS = {"width": 16, "latent_channels": 4, "prior_width": 8}
NETWORKS = LiveConfig(encoder_blocks=2, generator_blocks=2, **WIDTHS)


def config(epochs: int) -> LiveTrainingConfig:
    return LiveTrainingConfig(
        networks=NETWORKS,
        schedule=ScheduleConfig(epochs, 4, 10, learning_rate=3e-3, gradient_limit=1.0),
        frames=60,
        runtime=RuntimeConfig(validation_segments=4),
        ema=0.5,
    )


@pytest.fixture
def sequence(speech: TrainingSpeech, tmp_path: Path) -> SequenceModel:
    networks = SequenceConfig(encoder_blocks=3, generator_blocks=3, **WIDTHS)
    schedule = ScheduleConfig(2, 4, 10, learning_rate=3e-3, gradient_limit=1.0)
    made = SequenceTrainingConfig(networks=networks, schedule=schedule, frames=48, ema=0.5)
    return train_sequence(speech, made, tmp_path / "sequence", Observer())[0]


def test_training_brings_distortion_and_rate_down(speech: TrainingSpeech, tmp_path: Path) -> None:
    model, history = train_live(speech, config(8), tmp_path, Observer())
    total = [row["distortion"] + row["cost"] for row in history]
    assert total[-1] < 0.8 * total[0]
    assert model.networks == NETWORKS


def test_a_killed_training_goes_on_to_the_same_model(
    speech: TrainingSpeech, tmp_path: Path
) -> None:
    class Killed(Observer):
        def epoch(self, stage: str, epoch: int, figures: dict[str, float]) -> None:
            raise KeyboardInterrupt

    whole, history = train_live(speech, config(2), tmp_path / "whole", Observer())
    with pytest.raises(KeyboardInterrupt):
        train_live(speech, config(2), tmp_path / "killed", Killed())
    again, resumed = train_live(speech, config(2), tmp_path / "killed", Observer())
    assert again.to_bytes() == whole.to_bytes()
    assert resumed == history


def test_it_starts_nearer_from_a_sequence_codec(
    sequence: SequenceModel, speech: TrainingSpeech, tmp_path: Path
) -> None:
    _, anew = train_live(speech, config(1), tmp_path / "anew", Observer())
    _, started = train_live(speech, config(1), tmp_path / "started", Observer(), sequence)
    assert started[0]["distortion"] < anew[0]["distortion"]


def test_it_goes_on_from_a_model_with_its_networks(speech: TrainingSpeech, tmp_path: Path) -> None:
    first, history = train_live(speech, config(6), tmp_path / "first", Observer())
    other = replace(config(1), networks=LiveConfig(encoder_blocks=3, **WIDTHS))
    second, further = train_live(speech, other, tmp_path / "second", Observer(), first)
    assert second.networks == NETWORKS
    assert further[0]["distortion"] < history[2]["distortion"]
    assert second.training_digest != first.training_digest


def test_networks_of_other_widths_do_not_fit(sequence: SequenceModel) -> None:
    with pytest.raises(ValueError, match="but those to start from"):
        started_from(sequence, LiveConfig(width=24, encoder_blocks=2, generator_blocks=2))
    with pytest.raises(ValueError, match="4 blocks are wanted of 3"):
        started_from(sequence, LiveConfig(encoder_blocks=4, generator_blocks=2, **WIDTHS))


def test_the_packet_after_is_seen_where_one_is_lost_and_nowhere_else() -> None:
    conditions = steady(1, 8, packet=2, ahead=0, quality=0.5, lost=3)
    assert _following(conditions).tolist() == [[1, 0, 1, 0, 0, 1, 1, 0]]
    never = replace(conditions, repaired=torch.zeros(1))
    assert _following(never).tolist() == [[1, 0, 1, 0, 0, 0, 1, 0]]


def test_bfloat16_is_nearly_the_same(sequence: SequenceModel) -> None:
    loudness = torch.from_numpy(np.random.default_rng(0).random((2, 30, 128), np.float32))
    conditions = steady(2, 6, packet=2, ahead=5, quality=0.5)
    plain = started_from(sequence, NETWORKS)
    rough = started_from(sequence, NETWORKS, bfloat16=True)
    expected = plain.latents(loudness, conditions)
    assert torch.allclose(rough.latents(loudness, conditions), expected, atol=0.1)
    assert not torch.equal(rough.latents(loudness, conditions), expected)
