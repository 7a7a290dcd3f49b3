"""The networks over time."""

import torch

from gan_audio_compression.networks.sequence.config import SequenceConfig
from gan_audio_compression.networks.sequence.modules import SequenceEncoder, SequenceGenerator

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
