"""The networks of images: shapes, ranges, size, independence of the batch, initial weights."""

import pytest
import torch
from torch import nn

from gan_audio_compression.networks.segment.config import ImageConfig
from gan_audio_compression.networks.segment.image_encoder import ImageEncoder
from gan_audio_compression.networks.segment.image_generator import ImageGenerator
from gan_audio_compression.networks.segment.initialisation import initialise


def initialised(network: nn.Module) -> nn.Module:
    torch.manual_seed(0)
    initialise(network)
    return network


@torch.no_grad()
def test_shapes_and_ranges(images: ImageConfig) -> None:
    encoder, generator = initialised(ImageEncoder(images)), initialised(ImageGenerator(images))
    latent = encoder(5.0 * torch.randn(2, 1, 128, 128))
    assert latent.shape == (2, 64, 8)
    assert latent.min() >= 0
    assert latent.max() <= 1
    image = generator(torch.rand(2, 64, 8))
    assert image.shape == (2, 1, 128, 128)
    assert image.abs().max() <= 1


@torch.no_grad()
def test_any_number_of_latent_columns(images: ImageConfig) -> None:
    assert ImageEncoder(images)(torch.zeros(1, 1, 128, 48)).shape == (1, 64, 3)
    assert ImageGenerator(images)(torch.zeros(1, 64, 3)).shape == (1, 1, 128, 48)


def test_the_papers_networks() -> None:
    paper = ImageConfig()
    with torch.device("meta"):
        encoder, generator = ImageEncoder(paper), ImageGenerator(paper)
        latent = encoder(torch.zeros(1, 1, 128, 128))
        image = generator(latent)
    assert latent.numel() == 512
    assert image.shape == (1, 1, 128, 128)
    parameters = sum(p.numel() for net in (encoder, generator) for p in net.parameters())
    assert parameters == 19_725_129
    # About 16 million of them travel to the receiver.
    assert sum(p.numel() for p in generator.parameters()) == 15_773_121


@torch.no_grad()
@pytest.mark.parametrize("mode", ["train", "eval"])
@pytest.mark.parametrize("kind", [ImageEncoder, ImageGenerator])
def test_an_image_does_not_depend_on_its_batch(
    images: ImageConfig, kind: type[nn.Module], mode: str
) -> None:
    network = initialised(kind(images)).train(mode == "train")
    shape = (1, 128, 128) if kind is ImageEncoder else (64, 8)
    batch = torch.rand(4, *shape)
    batch[1:] *= 100.0
    alone = network(batch[:1])
    torch.testing.assert_close(network(batch)[:1], alone, atol=1e-5, rtol=0)
    torch.testing.assert_close(network.eval()(batch[:1]), alone, atol=1e-6, rtol=0)


@torch.no_grad()
def test_the_latent_decides_the_image(images: ImageConfig) -> None:
    generator = initialised(ImageGenerator(images))
    one, other = torch.rand(2, 1, 64, 8)
    assert torch.equal(generator(one), generator(one))
    assert (generator(one) - generator(other)).abs().mean() > 0.01


@torch.no_grad()
@pytest.mark.parametrize("seed", range(3))
def test_initial_weights_keep_the_variance(images: ImageConfig, seed: int) -> None:
    generator = ImageGenerator(images)
    torch.manual_seed(seed)
    initialise(generator)
    image = generator(torch.rand(4, 64, 8))
    assert 0.15 < image.std().item() < 0.85
    saturated = (image.abs() > 0.99).float().mean().item()
    assert saturated < 0.5


@torch.no_grad()
def test_initial_weights_keep_the_variance_in_each_upsampling() -> None:
    torch.manual_seed(0)
    layer = nn.ConvTranspose2d(256, 128, 3, 2, padding=1, output_padding=1)
    initialise(layer)
    rectified = torch.randn(1, 256, 32, 32).relu()
    assert layer(rectified).var().item() == pytest.approx(1.0, rel=0.15)


def test_initial_weights_follow_the_seed(images: ImageConfig) -> None:
    def weights(seed: int) -> torch.Tensor:
        generator = ImageGenerator(images)
        torch.manual_seed(seed)
        initialise(generator)
        return nn.utils.parameters_to_vector(generator.parameters())

    assert torch.equal(weights(1), weights(1))
    assert not torch.equal(weights(1), weights(2))
