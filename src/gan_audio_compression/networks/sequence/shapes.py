"""The weights that the networks of the sequence codec have, by name, and the shape of each."""

from gan_audio_compression.networks.conv_next import EXPANSION, KERNEL
from gan_audio_compression.networks.sequence.conditioning import CONDITIONS
from gan_audio_compression.networks.sequence.config import (
    LATENT_FRAMES,
    MagnitudeConfig,
    SequenceConfig,
)
from gan_audio_compression.signal.spec import BINS, MEL_BANDS

LayerShapes = dict[str, tuple[int, ...]]
"""The shape of each weight, by its name."""

_BANDS = LATENT_FRAMES * MEL_BANDS


def encoder_shapes(config: SequenceConfig) -> LayerShapes:
    """Return those of the encoder."""
    return (
        conditioned_shapes(config.latent_channels)
        | linear_shapes("in_proj", _BANDS, config.width)
        | blocks_shapes(config.width, config.encoder_blocks, conditioned=True)
        | linear_shapes("out_proj", config.width, config.latent_channels)
    )


def generator_shapes(config: SequenceConfig) -> LayerShapes:
    """Return those of the generator."""
    return (
        conditioned_shapes(config.latent_channels)
        | linear_shapes("in_proj", config.latent_channels, config.width)
        | blocks_shapes(config.width, config.generator_blocks, conditioned=True)
        | linear_shapes("out_proj", config.width, _BANDS)
    )


def magnitude_shapes(config: MagnitudeConfig) -> LayerShapes:
    """Return those of the receiver's last network."""
    return (
        linear_shapes("in_proj", MEL_BANDS, config.width)
        | blocks_shapes(config.width, config.blocks)
        | linear_shapes("out_proj", config.width, 2 * BINS)
    )


def conditioned_shapes(channels: int) -> LayerShapes:
    """Return those that encoder and generator both have, for so many channels of latents."""
    return (
        linear_shapes("conditioning.network.0", 3, CONDITIONS)
        | linear_shapes("conditioning.network.2", CONDITIONS, CONDITIONS)
        | linear_shapes("gain.logarithm", CONDITIONS, channels)
        | {"mean": (MEL_BANDS,), "deviation": ()}
    )


def blocks_shapes(width: int, count: int, conditioned: bool = False) -> LayerShapes:
    """Return those of blocks of `networks.conv_next`."""
    block: LayerShapes = {"mix.weight": (width, 1, KERNEL), "mix.bias": (width,), "scale": (width,)}
    if conditioned:
        block |= linear_shapes("modulation", CONDITIONS, 2 * width)
    block |= linear_shapes("expand", width, EXPANSION * width)
    block |= linear_shapes("contract", EXPANSION * width, width)
    return {f"blocks.{place}.{n}": shape for place in range(count) for n, shape in block.items()}


def linear_shapes(name: str, inputs: int, outputs: int) -> LayerShapes:
    """Return those of a matrix and what is added."""
    return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}
