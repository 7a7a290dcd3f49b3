"""Symbols of a sequence codec."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gan_audio_compression.codec.sequence.model import SequenceModel


@pytest.fixture(scope="session")
def symbols(sequence_model: SequenceModel) -> NDArray[np.int64]:
    """Frames of the size that latents have."""
    drawn = np.random.default_rng(0).laplace(
        scale=2.0, size=(40, sequence_model.networks.latent_channels)
    )
    return np.round(drawn).astype(np.int64)
