"""Both stages from speech to a codec: reproducible, resumable, complete."""

import dataclasses
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gan_audio_compression.codec.models import open_model
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.entropy.tables import TOTAL
from gan_audio_compression.networks.errors import ModelFileError, NotAModelError
from gan_audio_compression.networks.segment.config import FrameConfig
from gan_audio_compression.signal.segments import split_segments
from gan_audio_compression.training.checkpoint import History
from gan_audio_compression.training.loop import DivergenceError
from gan_audio_compression.training.observer import Observer
from gan_audio_compression.training.segment.config import SegmentTrainingConfig
from gan_audio_compression.training.segment.gan_model import GanModel, gan_model_of
from gan_audio_compression.training.segment.run import train_encoder, train_gan
from gan_audio_compression.training.speech import Shard, TrainingSpeech


class StopsAfter(Observer):
    """Ends the run, as a kill would, after an epoch of a stage."""

    def __init__(self, stage: str, epoch: int) -> None:
        self._end = stage, epoch

    def epoch(self, stage: str, epoch: int, figures: dict[str, float]) -> None:
        if (stage, epoch) == self._end:
            raise KeyboardInterrupt


def train(
    speech: TrainingSpeech,
    config: SegmentTrainingConfig,
    checkpoints: Path,
    observer: Observer | None = None,
) -> tuple[SegmentModel, History]:
    observer = observer or Observer()
    gan, gan_history = train_gan(speech, config, checkpoints, observer)
    codec, encoder_history = train_encoder(gan, speech, config, checkpoints, observer)
    return codec, gan_history + encoder_history


@pytest.mark.parametrize(
    ("stage", "epoch"), [("gan", 1), ("gan", 2), ("encoder", 2), ("encoder", 1)]
)
def test_a_killed_run_ends_as_an_unbroken_one(
    speech: TrainingSpeech,
    config: SegmentTrainingConfig,
    tmp_path: Path,
    stage: str,
    epoch: int,
) -> None:
    unbroken, history = train(speech, config, tmp_path / "unbroken")
    with pytest.raises(KeyboardInterrupt):
        train(speech, config, tmp_path / "killed", StopsAfter(stage, epoch))
    again, history_again = train(speech, config, tmp_path / "killed")
    assert history_again == history
    assert again.digest == unbroken.digest


def test_the_seed_decides(
    speech: TrainingSpeech, config: SegmentTrainingConfig, tmp_path: Path
) -> None:
    one, _ = train(speech, config, tmp_path / "one")
    same, _ = train(speech, config, tmp_path / "same")
    other, _ = train(speech, replace(config, seed=4), tmp_path / "other")
    assert same.digest == one.digest
    assert same.training_digest == one.training_digest
    assert other.digest != one.digest
    assert other.training_digest != one.training_digest


def test_the_codec_is_complete(
    speech: TrainingSpeech, config: SegmentTrainingConfig, tmp_path: Path
) -> None:
    codec, history = train(speech, config, tmp_path)
    assert len(history) == 6
    assert all(np.isfinite(value) for row in history for value in row.values())
    levels = codec.quantiser.levels
    assert len(levels) == 4
    assert 0 <= levels.min() < levels.max() <= 1
    assert codec.padding.shape == (16,)
    assert codec.padding.min() >= 0
    assert codec.padding.max() < 4
    assert codec.tables.counts.shape == (16, 4)
    assert (codec.tables.counts.sum(1) == TOTAL).all()
    assert not codec.encoder.training
    assert not any(p.requires_grad for p in codec.encoder.parameters())


def test_the_tables_count_the_training_speech(
    speech: TrainingSpeech, config: SegmentTrainingConfig, tmp_path: Path
) -> None:
    codec, _ = train(speech, config, tmp_path)
    seen = np.zeros((16, 4))
    for log_mel in (log_mel for shard in speech.train for log_mel in shard.load().values()):
        with torch.no_grad():
            latent = codec.encoder(split_segments(torch.from_numpy(log_mel)))
        symbols = codec.quantiser.symbols(latent)
        for column in range(-(-len(log_mel) // 4)):
            segment, inner = divmod(column, 32)
            for position in range(16):
                seen[position, symbols[segment, position, inner]] += 1
    expected = (seen + 1) / (seen + 1).sum(1, keepdims=True)
    np.testing.assert_allclose(codec.tables.counts / TOTAL, expected, atol=4 / TOTAL)


def test_the_padding_is_what_the_encoder_makes_of_silence(
    speech: TrainingSpeech, config: SegmentTrainingConfig, tmp_path: Path
) -> None:
    codec, _ = train(speech, config, tmp_path)
    with torch.no_grad():
        symbols = codec.quantiser.symbols(codec.encoder(torch.full((1, 1, 128, 128), -1.0)))
    assert torch.equal(codec.padding, symbols[0, :, 16])


def test_the_generator_stays_in_the_second_stage(
    speech: TrainingSpeech, config: SegmentTrainingConfig, tmp_path: Path
) -> None:
    gan, _ = train_gan(speech, config, tmp_path, Observer())
    kept = GanModel.from_bytes(gan.to_bytes())
    codec, _ = train_encoder(gan, speech, config, tmp_path, Observer())
    for name, weight in kept.model.generator.state_dict().items():
        assert torch.equal(codec.generator.state_dict()[name], weight)
    encoder = kept.model.encoder.state_dict()
    assert any(
        not torch.equal(weight, encoder[name])
        for name, weight in codec.encoder.state_dict().items()
    )


def test_a_training_goes_on_from_a_codec(
    speech: TrainingSpeech,
    config: SegmentTrainingConfig,
    segment_model: SegmentModel,
    tmp_path: Path,
) -> None:
    """With its networks, whatever the configuration says, and without a change to the codec."""
    digest = replace(segment_model).digest
    other = replace(config, networks=FrameConfig(width=8))
    still = replace(config.gan.schedule, learning_rate=1e-30)
    gan, _ = train_gan(
        speech,
        replace(other, gan=replace(config.gan, schedule=still)),
        tmp_path / "still",
        Observer(),
        segment_model,
    )
    assert gan.networks == segment_model.networks
    for name, weight in gan_model_of(segment_model).model.state_dict().items():
        torch.testing.assert_close(gan.model.state_dict()[name], weight, atol=1e-6, rtol=0)
    moved, _ = train_gan(speech, other, tmp_path / "moved", Observer(), segment_model)
    codec, _ = train_encoder(moved, speech, other, tmp_path / "moved", Observer())
    assert codec.networks == segment_model.networks
    assert moved.digest != gan_model_of(segment_model).digest
    assert replace(segment_model).digest == digest


def test_another_start_is_another_run(
    speech: TrainingSpeech, config: SegmentTrainingConfig, make_model: Any, tmp_path: Path
) -> None:
    starts = [None, make_model(0), make_model(1)]
    gans = [train_gan(speech, config, tmp_path, Observer(), start)[0] for start in starts]
    assert len({gan.training_digest for gan in gans}) == 3
    assert len({gan.digest for gan in gans}) == 3


def test_a_gan_model_comes_back_from_its_bytes(
    speech: TrainingSpeech, config: SegmentTrainingConfig, tmp_path: Path
) -> None:
    gan, _ = train_gan(speech, config, tmp_path, Observer())
    back = GanModel.from_bytes(gan.to_bytes())
    assert back.networks == gan.networks
    assert back.training_digest == gan.training_digest
    for name, weight in gan.model.state_dict().items():
        assert torch.equal(back.model.state_dict()[name], weight)


def test_a_gan_model_codes_nothing(
    speech: TrainingSpeech, config: SegmentTrainingConfig, tmp_path: Path
) -> None:
    gan, _ = train_gan(speech, config, tmp_path, Observer())
    path = tmp_path / "gan_model.safetensors"
    path.write_bytes(gan.to_bytes())
    message = f"^{path}: .*of kind 'gan', which codes nothing; give one of kind segment or sequence"
    with pytest.raises(NotAModelError, match=message):
        open_model(path)


def test_other_models_are_no_gan_model(
    speech: TrainingSpeech, config: SegmentTrainingConfig, tmp_path: Path
) -> None:
    codec, _ = train(speech, config, tmp_path)
    for data in (b"", codec.to_bytes()):
        with pytest.raises(ModelFileError):
            GanModel.from_bytes(data)


def test_other_speech_is_another_run(
    speech: TrainingSpeech, config: SegmentTrainingConfig, tmp_path: Path
) -> None:
    gan, _ = train_gan(speech, config, tmp_path, Observer())
    other, _ = train_gan(dataclasses.replace(speech, digest="other"), config, tmp_path, Observer())
    longer = replace(config.gan, schedule=replace(config.gan.schedule, epochs=4))
    third, history = train_gan(speech, replace(config, gan=longer), tmp_path, Observer())
    assert len({model.training_digest for model in (gan, other, third)}) == 3
    assert len(history) == 4


def test_speech_with_nan_ends_the_gan_stage(
    speech: TrainingSpeech, config: SegmentTrainingConfig, tmp_path: Path
) -> None:
    not_a_number = np.full((150, 128), np.nan, dtype=np.float32)
    spoilt = [Shard({"u0": 150}, lambda: {"u0": not_a_number})]
    with pytest.raises(DivergenceError, match="gan diverged at step 0 "):
        train_gan(dataclasses.replace(speech, train=spoilt), config, tmp_path, Observer())


@pytest.mark.parametrize("steps_per_epoch", [1, 2])
def test_too_high_a_rate_ends_the_gan_stage(
    speech: TrainingSpeech, config: SegmentTrainingConfig, tmp_path: Path, steps_per_epoch: int
) -> None:
    schedule = replace(
        config.gan.schedule, learning_rate=1e30, steps_per_epoch=steps_per_epoch, epochs=2
    )
    config = replace(config, gan=replace(config.gan, schedule=schedule, ema=0.0))
    with pytest.raises(DivergenceError, match="lower the learning rate"):
        train_gan(speech, config, tmp_path, Observer())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("steps_per_epoch", [1, 3])
def test_too_high_a_rate_ends_the_encoder_stage(
    speech: TrainingSpeech, config: SegmentTrainingConfig, tmp_path: Path, steps_per_epoch: int
) -> None:
    gan, _ = train_gan(speech, config, tmp_path, Observer())
    schedule = replace(config.encoder.schedule, learning_rate=1e30, steps_per_epoch=steps_per_epoch)
    config = replace(config, encoder=replace(config.encoder, schedule=schedule))
    with pytest.raises(DivergenceError, match="lower the learning rate"):
        train_encoder(gan, speech, config, tmp_path, Observer())
