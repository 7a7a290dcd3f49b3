"""A live codec of random weights."""

import pytest
import torch

from gan_audio_compression.codec.live.model import LiveModel
from gan_audio_compression.codec.sequence.float_prior import freeze_prior
from gan_audio_compression.networks.live.config import LiveConfig
from gan_audio_compression.networks.torch_weights import named_weights
from gan_audio_compression.training.live.networks import LiveNetworks

SHAPE = LiveConfig(
    width=24, encoder_blocks=2, generator_blocks=2, latent_channels=8, prior_width=16
)


@pytest.fixture(scope="session")
def live_networks() -> LiveNetworks:
    """Networks whose every part has an effect, as new ones have not."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        networks = LiveNetworks(SHAPE)
        for parameter in networks.parameters():
            torch.nn.init.normal_(parameter, std=0.2)
        networks.set_statistics(torch.rand(1000, 128))
    return networks.eval().requires_grad_(False)


@pytest.fixture(scope="session")
def live_model(live_networks: LiveNetworks) -> LiveModel:
    """Its model."""
    weights = named_weights(encoder=live_networks.encoder, generator=live_networks.generator)
    return LiveModel(SHAPE, weights, freeze_prior(live_networks.prior), "0" * 64)
