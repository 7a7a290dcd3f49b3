"""Small codecs of random weights, and the log mel that a sender gives them."""

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.codec.segment.quantiser import Quantiser, fit_levels
from gan_audio_compression.codec.sequence.float_prior import FloatPrior, freeze_prior
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.entropy.tables import LevelTables
from gan_audio_compression.networks.segment.config import FrameConfig
from gan_audio_compression.networks.segment.frame_networks import FrameEncoder, FrameGenerator
from gan_audio_compression.networks.sequence.config import MagnitudeConfig, SequenceConfig
from gan_audio_compression.networks.sequence.modules import (
    MagnitudeNetwork,
    SequenceEncoder,
    SequenceGenerator,
)
from gan_audio_compression.networks.torch_weights import named_weights
from gan_audio_compression.signal.analysis import log_mel_of, piece_magnitude
from gan_audio_compression.signal.chunks import cut
from gan_audio_compression.signal.spec import HOP

# Where a test imports PyTorch no sooner than a codec.
torch.set_num_threads(1)

LEVELS = 8
NETWORKS = FrameConfig(width=16, encoder_blocks=1, generator_blocks=1)
SEQUENCE_NETWORKS = SequenceConfig(
    width=16, encoder_blocks=1, generator_blocks=1, latent_channels=4, prior_width=8
)
MAGNITUDE_NETWORK = MagnitudeConfig(width=8, blocks=1)


def random_model(seed: int) -> SegmentModel:
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(seed)
        encoder, generator = FrameEncoder(NETWORKS), FrameGenerator(NETWORKS)
        # First weights give bands so unlike that the wave clips, and hardly listen to latents.
        encoder.layers.out_proj.weight.mul_(0.5)
        generator.layers.in_proj.bias.zero_()
        generator.layers.out_proj.weight.mul_(0.5)
        latents = encoder(2.0 * torch.rand(4, 1, 128, 128) - 1.0)
        quantiser = Quantiser(fit_levels(latents.flatten().numpy(), LEVELS))
        padding = torch.randint(LEVELS, (NETWORKS.positions,))
        counts = torch.randint(1, 1000, (NETWORKS.positions, LEVELS)).numpy()
    tables = LevelTables.from_histogram(counts)
    return SegmentModel(NETWORKS, encoder, generator, quantiser, padding, tables, f"random {seed}")


def random_prior(seed: int) -> FloatPrior:
    """A prior whose every weight matters."""
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(seed)
        prior = FloatPrior(SEQUENCE_NETWORKS.latent_channels, SEQUENCE_NETWORKS.prior_width)
        for weight in prior.parameters():
            weight.normal_(std=0.3)
    return prior


def random_sequence_model(seed: int) -> SequenceModel:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        encoder, generator = (
            SequenceEncoder(SEQUENCE_NETWORKS),
            SequenceGenerator(SEQUENCE_NETWORKS),
        )
        # Finer at a higher quality, as training would make it.
        with torch.no_grad():
            for network in (encoder, generator):
                network.gain.logarithm.weight.normal_(std=0.3)
        magnitude = MagnitudeNetwork(MAGNITUDE_NETWORK)
    prior = freeze_prior(random_prior(seed))
    weights = named_weights(encoder=encoder, generator=generator, magnitude=magnitude)
    return SequenceModel(
        SEQUENCE_NETWORKS, weights, prior, f"random {seed}", magnitude=MAGNITUDE_NETWORK
    )


def without_magnitudes(model: SequenceModel) -> SequenceModel:
    """The same without the receiver's last network."""
    kept = {n: weight for n, weight in model.weights.items() if not n.startswith("magnitude.")}
    return replace(model, weights=kept, magnitude=None)


def log_mel_as_sent(speech: NDArray[np.float32]) -> Tensor:
    """The log mel [T, 128] of a whole recording, as of one piece."""
    (piece,) = cut([speech], HOP * (len(speech) // HOP + 2))
    return torch.from_numpy(log_mel_of(piece_magnitude(piece)))
