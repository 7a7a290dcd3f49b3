"""The GAN stage: what it trains, what it leaves alone, what it starts from, what it keeps."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from gan_audio_compression.codec.segment.quantiser import even_levels
from gan_audio_compression.networks.segment.config import FrameConfig, ImageConfig
from gan_audio_compression.training.segment.config import LossWeights, SegmentTrainingConfig
from gan_audio_compression.training.segment.gan import AutoEncoder, GanStage
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
    config: SegmentTrainingConfig,
    validation: Tensor,
    start: AutoEncoder | None = None,
    **gan: object,
) -> GanStage:
    """A stage with other parameters of its own, in its first epoch."""
    changed = replace(config, gan=replace(config.gan, **gan))  # type: ignore[arg-type]
    stage = GanStage(changed, validation, start)
    stage.start_epoch(0)
    return stage


@pytest.mark.parametrize(
    "networks",
    [
        FrameConfig(width=16, encoder_blocks=1, generator_blocks=1),
        ImageConfig(width=16, residual_blocks=1, norm="none"),
    ],
    ids=str,
)
def test_a_step_moves_all_three_networks(
    config: SegmentTrainingConfig, validation: Tensor, images: Tensor
) -> None:
    stage = make_stage(config, validation)
    trained = (stage.model.encoder, stage.model.generator, discriminator(stage))
    before = [weights(network) for network in trained]
    losses = stage.step(images, 1e-3)
    assert losses.keys() == {"mse", "adversarial", "feature_matching", "d_real", "d_generated"}
    for network, old in zip(trained, before, strict=True):
        moved = (weights(network) - old).abs()
        assert 0 < moved.max().item() < 1.1e-3  # Adam's first step is at most the rate


def test_a_step_at_rate_zero_moves_nothing(
    config: SegmentTrainingConfig, validation: Tensor, images: Tensor
) -> None:
    stage = make_stage(config, validation)
    before = weights(stage.model), weights(discriminator(stage))
    stage.step(images, 0.0)
    assert torch.equal(weights(stage.model), before[0])
    assert torch.equal(weights(discriminator(stage)), before[1])


def test_the_generator_does_not_train_the_discriminator(
    config: SegmentTrainingConfig, validation: Tensor, images: Tensor
) -> None:
    """The discriminator's step is the same, whatever weight the generator's losses have."""
    moved = []
    for factor in (1.0, 1000.0):
        adversarial = replace(config.gan.adversarial, adversarial=factor)
        other = replace(config, loss=LossWeights(mse=factor))
        stage = make_stage(other, validation, adversarial=adversarial)
        stage.step(images, 1e-3)
        moved.append(weights(discriminator(stage)))
    assert torch.equal(*moved)


def test_every_loss_that_has_a_weight_is_minimised(
    config: SegmentTrainingConfig, validation: Tensor
) -> None:
    config = replace(config, loss=LossWeights(mse=1.0, distortion=1.0))
    stage = make_stage(config, validation)
    first = stage.validate()
    assert first.keys() == {"validation_mse", "validation_distortion"}
    for _ in range(25):
        stage.step(validation, 2e-3)
    last = stage.validate()
    assert all(last[name] < 0.8 * first[name] for name in first)


@pytest.mark.parametrize("quantised", [False, True])
def test_the_generator_sees_levels_alone_where_they_are_asked_for(
    config: SegmentTrainingConfig, validation: Tensor, images: Tensor, quantised: bool
) -> None:
    stage = make_stage(config, validation, quantised=quantised)
    seen: list[Tensor] = []
    stage.model.generator.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    before = weights(stage.model.encoder)
    stage.step(images, 1e-3)
    (latent,) = seen
    distances = (latent.unsqueeze(-1) - even_levels(config.levels)).abs().amin(-1)
    assert (distances.max().item() < 1e-6) == quantised
    assert not torch.equal(weights(stage.model.encoder), before)


@torch.no_grad()
def test_less_than_half_a_level_changes_nothing(
    config: SegmentTrainingConfig, validation: Tensor
) -> None:
    def validated(shift: float, quantised: bool) -> float:
        """The error where the encoder gives the first level but one, and a shift."""
        stage = make_stage(config, validation, quantised=quantised)
        levels = even_levels(config.levels)
        stage.averaged().encoder.register_forward_hook(
            lambda *given: torch.full_like(given[2], levels[1].item() + shift)
        )
        return stage.validate()["validation_mse"]

    half = 0.5 / config.levels
    assert validated(0.9 * half, quantised=True) == pytest.approx(validated(0.0, quantised=True))
    assert validated(1.1 * half, quantised=True) != pytest.approx(validated(0.0, quantised=True))
    assert validated(0.9 * half, quantised=False) != pytest.approx(validated(0.0, quantised=False))


def test_a_stage_goes_on_from_the_networks_that_it_is_given(
    config: SegmentTrainingConfig, validation: Tensor, images: Tensor
) -> None:
    given = AutoEncoder(config.networks)
    first = weights(given)
    stage, anew = make_stage(config, validation, given), make_stage(config, validation)
    assert torch.equal(weights(stage.model), first)
    assert torch.equal(weights(stage.averaged()), first)
    assert not torch.equal(weights(anew.model), first)
    assert torch.equal(weights(discriminator(stage)), weights(discriminator(anew)))
    stage.step(images, 1e-3)
    assert not torch.equal(weights(stage.model), first)


def test_training_lowers_the_validation_error(
    config: SegmentTrainingConfig, validation: Tensor
) -> None:
    stage = make_stage(config, validation)
    first = stage.validate()["validation_mse"]
    for _ in range(25):
        stage.step(validation, 2e-3)
    assert stage.validate()["validation_mse"] < 0.6 * first


def test_the_global_random_state_stays(
    config: SegmentTrainingConfig, validation: Tensor, images: Tensor
) -> None:
    before = torch.get_rng_state()
    stage = make_stage(config, validation, ema=0.5)
    stage.step(images, 1e-3)
    stage.validate()
    assert torch.equal(torch.get_rng_state(), before)


def test_average_of_no_memory_is_the_last_weights(
    config: SegmentTrainingConfig, validation: Tensor, images: Tensor
) -> None:
    stage = make_stage(config, validation, ema=0.0)
    for _ in range(3):
        stage.step(images, 1e-3)
    assert torch.equal(weights(stage.averaged()), weights(stage.model))


def test_average_follows_the_weights(
    config: SegmentTrainingConfig, validation: Tensor, images: Tensor
) -> None:
    stage = make_stage(config, validation, ema=0.75)
    stage.step(images, 1e-3)
    first = weights(stage.model)
    stage.step(images, 1e-3)
    expected = 0.75 * first + 0.25 * weights(stage.model)
    torch.testing.assert_close(weights(stage.averaged()), expected, atol=1e-6, rtol=0)


def test_a_restored_stage_goes_on_alike(
    config: SegmentTrainingConfig, validation: Tensor, images: Tensor
) -> None:
    stage = make_stage(config, validation, ema=0.5)
    stage.step(images, 1e-3)
    state = {name: value.clone() for name, value in stage.state().items()}
    other = make_stage(config, validation, ema=0.5)
    other.step(images.flip(0), 1e-2)
    other.restore(state)
    assert stage.step(images, 1e-3) == other.step(images, 1e-3)
    assert torch.equal(weights(stage.model), weights(other.model))
    assert torch.equal(weights(stage.averaged()), weights(other.averaged()))
    assert torch.equal(weights(discriminator(stage)), weights(discriminator(other)))


def test_half_precision_gives_finite_losses(
    config: SegmentTrainingConfig, validation: Tensor, images: Tensor
) -> None:
    runtime = replace(config.runtime, bfloat16=True)
    stage = make_stage(replace(config, runtime=runtime), validation)
    exact = make_stage(config, validation).step(images, 1e-3)
    losses = stage.step(images, 1e-3)
    for name, loss in losses.items():
        assert loss.dtype == torch.float32
        assert loss.item() == pytest.approx(exact[name].item(), rel=0.1, abs=0.05)
    assert next(stage.model.parameters()).dtype == torch.float32
