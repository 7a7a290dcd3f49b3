"""The encoder stage: the generator stays, the levels follow the latents."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from gan_audio_compression.codec.segment.quantiser import even_levels
from gan_audio_compression.networks.segment.config import FrameConfig, ImageConfig
from gan_audio_compression.networks.segment.initialisation import initialise
from gan_audio_compression.training.segment.config import LossWeights, SegmentTrainingConfig
from gan_audio_compression.training.segment.encoder import EncoderStage
from gan_audio_compression.training.segment.gan import AutoEncoder
from gan_audio_compression.training.segment.images import fixed_segments, segment_sampler
from gan_audio_compression.training.speech import TrainingSpeech


def weights(network: nn.Module) -> Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in network.parameters()])


def make_stage(
    config: SegmentTrainingConfig,
    speech: TrainingSpeech,
    *,
    first_epoch: bool = True,
) -> EncoderStage:
    torch.manual_seed(0)
    model = AutoEncoder(config.networks)
    initialise(model)
    sampler = segment_sampler(speech.train, 2, seed=0)
    stage = EncoderStage(model, sampler, config, fixed_segments(speech.validation, 2, seed=0))
    if first_epoch:
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
def test_only_the_encoder_learns(config: SegmentTrainingConfig, speech: TrainingSpeech) -> None:
    stage = make_stage(config, speech)
    encoder, generator = weights(stage.model.encoder), weights(stage.model.generator)
    images = segment_sampler(speech.train, 2, seed=0).batch(0)
    for _ in range(2):
        stage.step(images, 1e-3)
    assert torch.equal(weights(stage.model.generator), generator)
    assert not any(
        p.requires_grad or p.grad is not None for p in stage.model.generator.parameters()
    )
    assert not torch.equal(weights(stage.model.encoder), encoder)


def test_levels_are_fitted_before_each_epoch(
    config: SegmentTrainingConfig, speech: TrainingSpeech
) -> None:
    stage = make_stage(config, speech)
    fitted = stage.quantiser.levels
    assert len(fitted) == 4
    unfitted = make_stage(config, speech, first_epoch=False).quantiser.levels
    assert torch.equal(unfitted, even_levels(4))
    assert not torch.equal(fitted, even_levels(4))
    for _ in range(2):
        stage.step(segment_sampler(speech.train, 2, seed=0).batch(0), 1e-2)
    stage.start_epoch(1)
    assert not torch.equal(stage.quantiser.levels, fitted)


def test_training_lowers_the_validation_error(
    config: SegmentTrainingConfig, speech: TrainingSpeech
) -> None:
    stage = make_stage(config, speech)
    images = fixed_segments(speech.validation, 2, seed=0)
    first = stage.validate()["validation_mse"]
    for _ in range(25):
        stage.step(images, 1e-3)
    assert stage.validate()["validation_mse"] < 0.97 * first


def test_every_loss_that_has_a_weight_is_minimised(
    config: SegmentTrainingConfig, speech: TrainingSpeech
) -> None:
    stage = make_stage(replace(config, loss=LossWeights(mse=1.0, distortion=1.0)), speech)
    losses = stage.step(segment_sampler(speech.train, 2, seed=0).batch(0), 1e-3)
    assert losses.keys() == {"mse", "distortion"}
    assert stage.validate().keys() == {"validation_mse", "validation_distortion"}


def test_validation_hears_what_the_receiver_does(
    config: SegmentTrainingConfig, speech: TrainingSpeech
) -> None:
    stage = make_stage(config, speech)
    images = fixed_segments(speech.validation, 2, seed=0)
    model = stage.model.eval()
    with torch.no_grad():
        received = model.generator(stage.quantiser(model.encoder(images)))
        unquantised = model(images)
    mse = stage.validate()["validation_mse"]
    assert mse == pytest.approx((received - images).square().mean().item(), rel=1e-5)
    assert mse != pytest.approx((unquantised - images).square().mean().item(), rel=1e-5)


def test_a_restored_stage_has_its_levels(
    config: SegmentTrainingConfig, speech: TrainingSpeech
) -> None:
    stage = make_stage(config, speech)
    stage.step(segment_sampler(speech.train, 2, seed=0).batch(0), 1e-2)
    state = {name: value.clone() for name, value in stage.state().items()}
    other = make_stage(config, speech, first_epoch=False)
    other.restore(state)
    assert torch.equal(other.quantiser.levels, stage.quantiser.levels)
    assert other.validate() == stage.validate()


def test_half_precision_gives_finite_losses(
    config: SegmentTrainingConfig, speech: TrainingSpeech
) -> None:
    images = segment_sampler(speech.train, 2, seed=0).batch(0)
    exact = make_stage(config, speech).step(images, 1e-3)["mse"].item()
    half = replace(config, runtime=replace(config.runtime, bfloat16=True))
    loss = make_stage(half, speech).step(images, 1e-3)["mse"].item()
    assert loss == pytest.approx(exact, rel=0.1)
