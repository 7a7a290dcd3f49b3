"""The weights that the networks of the live codec have, by name, and the shape of each."""

from gan_audio_compression.networks.live.config import LATENT_FRAMES, MOST_AHEAD, LiveConfig
from gan_audio_compression.networks.sequence.shapes import (
    LayerShapes,
    blocks_shapes,
    conditioned_shapes,
    linear_shapes,
)
from gan_audio_compression.signal.spec import MEL_BANDS

_BANDS = LATENT_FRAMES * MEL_BANDS


def encoder_shapes(config: LiveConfig) -> LayerShapes:
    """Return those of the encoder."""
    return (
        conditioned_shapes(config.latent_channels)
        | linear_shapes("in_proj", _BANDS, config.width)
        | linear_shapes("ahead_proj", MOST_AHEAD * (MEL_BANDS + 1), config.width)
        | blocks_shapes(config.width, config.encoder_blocks, conditioned=True)
        | linear_shapes("out_proj", config.width, config.latent_channels)
    )


def generator_shapes(config: LiveConfig) -> LayerShapes:
    """Return those of the generator."""
    return (
        conditioned_shapes(config.latent_channels)
        | linear_shapes("in_proj", config.latent_channels, config.width)
        | {"absent": (config.width,)}
        | linear_shapes("ahead_proj", config.latent_channels, config.width)
        | blocks_shapes(config.width, config.generator_blocks, conditioned=True)
        | linear_shapes("out_proj", config.width, _BANDS)
    )
