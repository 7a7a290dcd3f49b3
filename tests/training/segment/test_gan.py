"""The GAN stage: what it trains, what it leaves alone, what it keeps."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from gan_audio_compression.networks.segment.config import SegmentConfig
from gan_audio_compression.training.config import RuntimeConfig
from gan_audio_compression.training.segment.config import GanStageConfig
from gan_audio_compression.training.segment.gan import GanStage
from gan_audio_compression.training.segment.images import fixed_segments, segment_sampler
from gan_audio_compression.training.speech import TrainingSpeech


def weights(network: nn.Module) -> Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in network.parameters()])


def discriminator(stage: GanStage) -> nn.Module:
    return stage._adversary.discriminator


@pytest.fixture
def validation(speech: TrainingSpeech) -> Tensor:
    return fixed_segments(speech.validation, 2, seed=0)


@pytest.fixture
def images(speech: TrainingSpeech) -> Tensor:
    return segment_sampler(speech.train, 2, seed=0).batch(0)


def make_stage(
    networks: SegmentConfig, validation: Tensor, *, bfloat16: bool = False, **config: object
) -> GanStage:
    stage = GanStage(
        networks,
        replace(GanStageConfig(), **config),  # type: ignore[arg-type]
        RuntimeConfig(bfloat16=bfloat16),
        validation,
        seed=5,
    )
    stage.start_epoch(0)
    return stage


def test_a_step_moves_all_three_networks(
    networks: SegmentConfig, validation: Tensor, images: Tensor
) -> None:
    stage = make_stage(networks, validation)
    trained = (stage.model.encoder, stage.model.generator, discriminator(stage))
    before = [weights(network) for network in trained]
    losses = stage.step(images, 1e-3)
    assert losses.keys() == {"adversarial", "feature_matching", "mse", "d_real", "d_generated"}
    for network, old in zip(trained, before, strict=True):
        moved = (weights(network) - old).abs()
        assert 0 < moved.max().item() < 1.1e-3  # Adam's first step is at most the rate


def test_a_step_at_rate_zero_moves_nothing(
    networks: SegmentConfig, validation: Tensor, images: Tensor
) -> None:
    stage = make_stage(networks, validation)
    before = weights(stage.model), weights(discriminator(stage))
    stage.step(images, 0.0)
    assert torch.equal(weights(stage.model), before[0])
    assert torch.equal(weights(discriminator(stage)), before[1])


def test_the_generator_does_not_train_the_discriminator(
    networks: SegmentConfig, validation: Tensor, images: Tensor
) -> None:
    """The discriminator's step is the same, whatever weight the generator's losses have."""
    moved = []
    for factor in (1.0, 1000.0):
        stage = make_stage(networks, validation)
        loss = replace(stage._config.loss, adversarial=factor, mse=factor)
        stage = make_stage(networks, validation, loss=loss)
        stage.step(images, 1e-3)
        moved.append(weights(discriminator(stage)))
    assert torch.equal(*moved)


def test_training_lowers_the_validation_error(networks: SegmentConfig, validation: Tensor) -> None:
    stage = make_stage(networks, validation)
    first = stage.validate()["validation_mse"]
    for _ in range(25):
        stage.step(validation, 2e-3)
    assert stage.validate()["validation_mse"] < 0.6 * first


def test_the_global_random_state_stays(
    networks: SegmentConfig, validation: Tensor, images: Tensor
) -> None:
    before = torch.get_rng_state()
    stage = make_stage(networks, validation, ema=0.5)
    stage.step(images, 1e-3)
    stage.validate()
    assert torch.equal(torch.get_rng_state(), before)


def test_average_of_no_memory_is_the_last_weights(
    networks: SegmentConfig, validation: Tensor, images: Tensor
) -> None:
    stage = make_stage(networks, validation, ema=0.0)
    for _ in range(3):
        stage.step(images, 1e-3)
    assert torch.equal(weights(stage.averaged()), weights(stage.model))


def test_average_follows_the_weights(
    networks: SegmentConfig, validation: Tensor, images: Tensor
) -> None:
    stage = make_stage(networks, validation, ema=0.75)
    stage.step(images, 1e-3)
    first = weights(stage.model)
    stage.step(images, 1e-3)
    expected = 0.75 * first + 0.25 * weights(stage.model)
    torch.testing.assert_close(weights(stage.averaged()), expected, atol=1e-6, rtol=0)


def test_a_restored_stage_goes_on_alike(
    networks: SegmentConfig, validation: Tensor, images: Tensor
) -> None:
    stage = make_stage(networks, validation, ema=0.5)
    stage.step(images, 1e-3)
    state = {name: value.clone() for name, value in stage.state().items()}
    other = make_stage(networks, validation, ema=0.5)
    other.step(images.flip(0), 1e-2)
    other.restore(state)
    assert stage.step(images, 1e-3) == other.step(images, 1e-3)
    assert torch.equal(weights(stage.model), weights(other.model))
    assert torch.equal(weights(stage.averaged()), weights(other.averaged()))
    assert torch.equal(weights(discriminator(stage)), weights(discriminator(other)))


def test_half_precision_gives_finite_losses(
    networks: SegmentConfig, validation: Tensor, images: Tensor
) -> None:
    stage = make_stage(networks, validation, bfloat16=True)
    exact = make_stage(networks, validation).step(images, 1e-3)
    losses = stage.step(images, 1e-3)
    for name, loss in losses.items():
        assert loss.dtype == torch.float32
        assert loss.item() == pytest.approx(exact[name].item(), rel=0.1, abs=0.05)
    assert next(stage.model.parameters()).dtype == torch.float32
