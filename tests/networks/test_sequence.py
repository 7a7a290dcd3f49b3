"""The networks over time."""

import pytest
import torch

from gan_audio_compression.networks.sequence import (
    SequenceEncoder,
    SequenceGenerator,
    compressed,
    expanded,
)
from gan_audio_compression.networks.sequence_config import SequenceConfig

CONFIG = SequenceConfig(
    width=16, encoder_blocks=2, generator_blocks=2, latent_channels=5, prior_width=8
)


def test_four_frames_are_one_latent_frame_and_back() -> None:
    loudness, quality = torch.rand(3, 24, 128), torch.rand(3)
    latents = SequenceEncoder(CONFIG)(loudness, quality)
    assert latents.shape == (3, 6, 5)
    assert SequenceGenerator(CONFIG)(latents, quality).shape == (3, 24, 128)


def test_utterances_of_a_batch_share_nothing() -> None:
    encoder = SequenceEncoder(CONFIG)
    loudness, quality = torch.rand(2, 16, 128), torch.tensor([0.2, 0.9])
    together = encoder(loudness, quality)
    for i in range(2):
        alone = encoder(loudness[i : i + 1], quality[i : i + 1])
        torch.testing.assert_close(together[i : i + 1], alone)


def test_a_latent_frame_reaches_a_bounded_window() -> None:
    generator = SequenceGenerator(CONFIG)
    quality = torch.tensor([0.5])
    latents = torch.randn(1, 40, 5)
    changed = latents.clone()
    changed[0, 20] += 1.0
    moved = (generator(latents, quality) != generator(changed, quality)).any(-1)[0]
    frames = moved.nonzero().flatten()
    # Two blocks of seven taps see six latent frames to either side.
    assert frames.min() >= 4 * (20 - 6)
    assert frames.max() < 4 * (20 + 7)


def test_every_weight_learns() -> None:
    encoder, generator = SequenceEncoder(CONFIG), SequenceGenerator(CONFIG)
    quality = torch.rand(2)
    generator(encoder(torch.rand(2, 8, 128), quality), quality).square().sum().backward()
    for network in (encoder, generator):
        assert all(weight.grad is not None for weight in network.parameters())


@pytest.mark.parametrize("value", [0, 4097, 2.0, True, "8"])
def test_widths_out_of_range_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match="width"):
        SequenceConfig(width=value)  # type: ignore[arg-type]


@pytest.mark.parametrize("companding", [-0.1, 1.1])
def test_companding_out_of_range_is_refused(companding: float) -> None:
    with pytest.raises(ValueError, match="companding"):
        SequenceConfig(companding=companding)


def test_levels_are_uniform_or_grow_wider_away_from_zero() -> None:
    levels = torch.arange(-20.0, 21.0, dtype=torch.float64)
    assert torch.equal(expanded(levels, 0.0), levels)
    values = expanded(levels, 0.2)
    widths = values.diff()
    assert (widths[20:].diff() > 0).all() and (widths[:20].diff() < 0).all()
    assert values[21].item() == pytest.approx(1.0)
    torch.testing.assert_close(compressed(values, 0.2), levels)
