"""The weights that the networks of the sequence codec have, by name, and the shape of each."""

from gan_audio_compression.networks.conv_next import EXPANSION, KERNEL
from gan_audio_compression.networks.sequence.conditioning import CONDITIONS
from gan_audio_compression.networks.sequence.config import (
    LATENT_FRAMES,
    MagnitudeConfig,
    SequenceConfig,
)
from gan_audio_compression.signal.spec import BINS, MEL_BANDS

_Shapes = dict[str, tuple[int, ...]]

_BANDS = LATENT_FRAMES * MEL_BANDS


def encoder_shapes(config: SequenceConfig) -> _Shapes:
    """Return those of the encoder."""
    return (
        _conditioned(config)
        | _linear("in_proj", _BANDS, config.width)
        | _blocks(config.width, config.encoder_blocks, CONDITIONS)
        | _linear("out_proj", config.width, config.latent_channels)
    )


def generator_shapes(config: SequenceConfig) -> _Shapes:
    """Return those of the generator."""
    return (
        _conditioned(config)
        | _linear("in_proj", config.latent_channels, config.width)
        | _blocks(config.width, config.generator_blocks, CONDITIONS)
        | _linear("out_proj", config.width, _BANDS)
    )


def magnitude_shapes(config: MagnitudeConfig) -> _Shapes:
    """Return those of the receiver's last network."""
    return (
        _linear("in_proj", MEL_BANDS, config.width)
        | _blocks(config.width, config.blocks)
        | _linear("out_proj", config.width, 2 * BINS)
    )


def _conditioned(config: SequenceConfig) -> _Shapes:
    """Return those that encoder and generator both have."""
    return (
        _linear("conditioning.network.0", 3, CONDITIONS)
        | _linear("conditioning.network.2", CONDITIONS, CONDITIONS)
        | _linear("gain.logarithm", CONDITIONS, config.latent_channels)
        | {"mean": (MEL_BANDS,), "deviation": ()}
    )


def _blocks(width: int, count: int, conditions: int = 0) -> _Shapes:
    block: _Shapes = {"mix.weight": (width, 1, KERNEL), "mix.bias": (width,), "scale": (width,)}
    if conditions:
        block |= _linear("modulation", conditions, 2 * width)
    block |= _linear("expand", width, EXPANSION * width)
    block |= _linear("contract", EXPANSION * width, width)
    return {f"blocks.{place}.{n}": shape for place in range(count) for n, shape in block.items()}


def _linear(name: str, inputs: int, outputs: int) -> _Shapes:
    return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}
