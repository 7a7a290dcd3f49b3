"""Training of the waveform head: its losses, what is learnt, going on after a kill."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.networks.head_config import HeadConfig
from gan_audio_compression.training.config import RuntimeConfig, ScheduleConfig
from gan_audio_compression.training.head.config import HeadLossWeights, HeadTrainingConfig
from gan_audio_compression.training.head.losses import spectral_losses, wave_disturbance
from gan_audio_compression.training.head.run import train_head
from gan_audio_compression.training.observer import Observer
from gan_audio_compression.training.run import TrainingSpeech
from gan_audio_compression.training.segments import TrainingDataError
from gan_audio_compression.training.sequence.config import AdversarialConfig

MakeSpeech = Callable[[int, int], NDArray[np.float32]]
ADVERSARIAL = AdversarialConfig(adversarial=0.1, feature_matching=1.0, width=4, scales=2, layers=1)


def config(epochs: int = 2, **changes: Any) -> HeadTrainingConfig:
    schedule = ScheduleConfig(
        epochs=epochs, batch=2, steps_per_epoch=4, learning_rate=3e-3, gradient_limit=1.0
    )
    values: dict[str, Any] = {
        "networks": HeadConfig(width=16, blocks=1),
        "schedule": schedule,
        "frames": 32,
        "ema": 0.5,
        "runtime": RuntimeConfig(validation_segments=2),
    }
    return HeadTrainingConfig(**values | changes)


def utterance(wave: NDArray[np.float32]) -> tuple[int, Callable[[], NDArray[np.float32]]]:
    return 1 + len(wave) // 128, lambda: wave


@pytest.fixture
def speech(make_speech: MakeSpeech) -> TrainingSpeech:
    # One is shorter than a crop, and none is whole hops.
    train = {"long": utterance(make_speech(9_001, 0)), "short": utterance(make_speech(3_001, 1))}
    return TrainingSpeech(train, {"v": utterance(make_speech(8_050, 2))}, "digest")


@pytest.fixture(scope="module")
def waves(make_speech: MakeSpeech) -> torch.Tensor:
    return torch.from_numpy(np.stack([make_speech(8_000, seed) for seed in (0, 1)]))


def test_equal_waves_have_no_loss(waves: torch.Tensor) -> None:
    assert all(loss.item() == 0 for loss in spectral_losses(waves, waves.clone()).values())
    assert wave_disturbance(waves, waves.clone()).item() == 0


def test_a_gain_has_the_losses_that_it_should(waves: torch.Tensor) -> None:
    losses = spectral_losses(waves, 1.5 * waves)
    assert losses["convergence"].item() == pytest.approx(0.5, rel=1e-3)
    # Less than the gain in nepers only by what lies below the faintest magnitude.
    assert 0.8 * math.log(1.5) < losses["log_magnitude"].item() <= math.log(1.5) + 1e-6


def test_silence_in_place_of_speech_has_finite_gradients(waves: torch.Tensor) -> None:
    made = torch.zeros_like(waves, requires_grad=True)
    losses = spectral_losses(waves, made)
    assert losses["convergence"].item() == pytest.approx(1.0, rel=1e-2)
    (sum(losses.values()) + wave_disturbance(waves, made)).backward()
    assert made.grad is not None
    assert made.grad.isfinite().all()


def test_noise_disturbs_more_the_louder_it_is(waves: torch.Tensor) -> None:
    noise = torch.randn(waves.shape, generator=torch.Generator().manual_seed(0))
    quiet, loud = (wave_disturbance(waves, waves + level * noise) for level in (1e-3, 1e-2))
    assert 0 < quiet.item() < loud.item()


def test_training_brings_the_losses_down(
    speech: TrainingSpeech, sequence_model: SequenceModel, tmp_path: Path
) -> None:
    model, history = train_head(speech, sequence_model, config(8), tmp_path, Observer())
    for name in ("convergence", "log_magnitude"):
        assert history[-1][name] < 0.95 * history[0][name]
    assert history[-1]["validation_magnitude_0.75"] < history[0]["validation_magnitude_0.75"]
    assert torch.equal(model.head.mean, sequence_model.encoder.mean)


@pytest.mark.parametrize("adversarial", [AdversarialConfig(), ADVERSARIAL])
def test_a_killed_training_goes_on_to_the_same_head(
    speech: TrainingSpeech,
    sequence_model: SequenceModel,
    tmp_path: Path,
    adversarial: AdversarialConfig,
) -> None:
    class Killed(Observer):
        def epoch(self, stage: str, epoch: int, figures: dict[str, float]) -> None:
            raise KeyboardInterrupt

    def train(folder: str, observer: Observer) -> Any:
        wanted = config(adversarial=adversarial)
        return train_head(speech, sequence_model, wanted, tmp_path / folder, observer)

    whole, history = train("whole", Observer())
    with pytest.raises(KeyboardInterrupt):
        train("killed", Killed())
    again, resumed = train("killed", Observer())
    assert again.to_bytes() == whole.to_bytes()
    assert resumed == history
    assert ("d_real" in history[0]) == adversarial.used


def test_another_codec_is_another_training(
    speech: TrainingSpeech,
    sequence_model: SequenceModel,
    other_sequence_model: SequenceModel,
    tmp_path: Path,
) -> None:
    first, _ = train_head(speech, sequence_model, config(1), tmp_path, Observer())
    second, _ = train_head(speech, other_sequence_model, config(1), tmp_path, Observer())
    assert first.training_digest != second.training_digest


def test_no_speech_is_one_sentence(sequence_model: SequenceModel, tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match="no speech to train on"):
        train_head(TrainingSpeech({}, {}, ""), sequence_model, config(), tmp_path, Observer())


@pytest.mark.parametrize(
    ("changes", "fault"), [({"frames": 50}, "multiple of 4"), ({"ema": 1.0}, "ema")]
)
def test_bad_values_are_refused(changes: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        config(**changes)


def test_a_negative_weight_is_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        HeadLossWeights(disturbance=-0.1)
