"""What the quality is to the encoder and the generator of the sequence codec."""

from typing import Any

from gan_audio_compression.networks.operations import gelu
from gan_audio_compression.signal.arrays import Array, array_namespace

CONDITIONS = 32
"""Numbers that stand for a quality."""

# Latents of an untrained encoder spread over some steps of the quantiser: over two at the lowest
# quality and nine at the highest. Without that start the qualities stay alike for long.
_FIRST_GAIN, _GAIN_SPREAD = 4.0, 1.6


def condition(layers: Any, quality: Array) -> Array:
    """Return what a quality [...] in 0 .. 1 means to the blocks, [..., 32], by two layers."""
    space = array_namespace(quality)
    powers = space.stack([quality, quality**2, quality**3], -1)
    conditioning: Array = gelu(layers[2](gelu(layers[0](2 * powers - 1))))
    return conditioning


def gain(layer: Any, conditioning: Array, quality: Array) -> Array:
    """Return the steps of the quantiser in a unit of each channel, [..., channels].

    Args:
        layer: that says how they differ from those of an untrained network.
        conditioning: [..., 32] of the quality.
        quality: [...] in 0 .. 1.
    """
    start = _GAIN_SPREAD * (quality[..., None] - 0.5)
    steps: Array = _FIRST_GAIN * array_namespace(quality).exp(layer(conditioning) + start)
    return steps
