"""The networks of frames: shapes, ranges, what a latent is, independence of the batch."""

from collections.abc import Callable

import pytest
import torch
from torch import nn

from gan_audio_compression.networks.segment.config import FrameConfig
from gan_audio_compression.networks.segment.frame_networks import FrameEncoder, FrameGenerator

CONFIG = FrameConfig(width=16, encoder_blocks=1, generator_blocks=2, values=5)


@torch.no_grad()
def test_shapes_and_ranges() -> None:
    latent = FrameEncoder(CONFIG)(5.0 * torch.randn(2, 1, 128, 128))
    assert latent.shape == (2, 5, 32)
    assert latent.min() >= 0
    assert latent.max() <= 1
    assert latent.std() > 0.05
    assert FrameGenerator(CONFIG)(latent).shape == (2, 1, 128, 128)


def test_half_a_thousand_latents_unless_others_are_asked_for() -> None:
    with torch.device("meta"):
        latent = FrameEncoder(FrameConfig())(torch.zeros(1, 1, 128, 128))
    assert latent.numel() == 512


@torch.no_grad()
def test_the_bands_of_four_frames_go_together_and_come_back_in_order() -> None:
    """Layers that pass features on show where a column lies."""
    config = FrameConfig(width=512, encoder_blocks=1, generator_blocks=1, values=512)
    images = torch.rand(1, 1, 128, 128, generator=torch.Generator().manual_seed(0))
    encoder, generator = FrameEncoder(config), FrameGenerator(config)
    encoder.layers, generator.layers = nn.Identity(), nn.Identity()  # type: ignore[assignment]
    latent = encoder(images).logit()
    for column, band, frame in ((0, 0, 0), (5, 100, 2), (31, 127, 3)):
        expected = images[0, 0, band, 4 * column + frame]
        torch.testing.assert_close(latent[0, 128 * frame + band, column], expected)
    torch.testing.assert_close((generator(latent) + 1) / 2, images)


@torch.no_grad()
@pytest.mark.parametrize(
    ("kind", "shape"), [(FrameEncoder, (1, 128, 128)), (FrameGenerator, (5, 32))]
)
def test_an_image_does_not_depend_on_its_batch(
    kind: Callable[[FrameConfig], nn.Module], shape: tuple[int, ...]
) -> None:
    network = kind(CONFIG)
    batch = torch.rand(4, *shape)
    batch[1:] *= 100.0
    torch.testing.assert_close(network(batch)[:1], network(batch[:1]), atol=1e-5, rtol=0)


@torch.no_grad()
def test_the_latent_decides_the_image() -> None:
    generator = FrameGenerator(CONFIG)
    one, other = torch.rand(2, 1, 5, 32)
    assert torch.equal(generator(one), generator(one))
    assert (generator(one) - generator(other)).abs().mean() > 0.01


def test_a_place_in_the_segment_is_learnt() -> None:
    """Equal columns are unlike at the borders alone, until the networks learn where they are."""
    generator = FrameGenerator(CONFIG)
    columns = generator(torch.full((1, 5, 32), 0.7))[0, 0].unflatten(1, (32, 4)).transpose(0, 1)
    torch.testing.assert_close(columns[6:26], columns[6:7].expand(20, 128, 4))
    (columns[10] - columns[20]).sum().backward()
    slope = generator.layers.place.grad
    assert slope is not None
    assert (slope[10] + slope[20]).abs().max() < 1e-5
    assert slope[10].abs().max() > 1e-3


def test_every_weight_learns() -> None:
    encoder, generator = FrameEncoder(CONFIG), FrameGenerator(CONFIG)
    generator(encoder(torch.rand(2, 1, 128, 128))).square().sum().backward()
    for network in (encoder, generator):
        assert all(weight.grad is not None and weight.grad.any() for weight in network.parameters())
