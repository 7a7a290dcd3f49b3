"""A codec over time of random weights."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.codec.sequence.prior import RecurrentPrior, freeze_prior
from gan_audio_compression.networks.sequence import SequenceEncoder, SequenceGenerator
from gan_audio_compression.networks.sequence_config import SequenceConfig

CONFIG = SequenceConfig(
    width=16, encoder_blocks=1, generator_blocks=1, latent_channels=4, prior_width=8
)


def random_prior(seed: int) -> RecurrentPrior:
    """A prior whose every weight matters."""
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(seed)
        prior = RecurrentPrior(CONFIG.latent_channels, CONFIG.prior_width)
        for weight in prior.parameters():
            weight.normal_(std=0.3)
    return prior


@pytest.fixture(scope="session")
def prior() -> RecurrentPrior:
    return random_prior(0)


def random_sequence_model(seed: int) -> SequenceModel:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        encoder, generator = SequenceEncoder(CONFIG), SequenceGenerator(CONFIG)
        # Finer at a higher quality, as training would make it.
        with torch.no_grad():
            for network in (encoder, generator):
                network.gain.logarithm.weight.normal_(std=0.3)
    prior = freeze_prior(random_prior(seed))
    return SequenceModel(CONFIG, encoder, generator, prior, f"random {seed}")


@pytest.fixture(scope="session")
def sequence_model() -> SequenceModel:
    return random_sequence_model(0)


@pytest.fixture(scope="session")
def other_sequence_model() -> SequenceModel:
    return random_sequence_model(1)


@pytest.fixture(scope="session")
def symbols() -> NDArray[np.int64]:
    """Frames of the size that latents have."""
    drawn = np.random.default_rng(0).laplace(scale=2.0, size=(40, CONFIG.latent_channels))
    return np.round(drawn).astype(np.int64)
