"""The block of "A ConvNet for the 2020s" (Liu and others, 2022), over time."""

from typing import Any

from gan_audio_compression.networks.operations import gelu, layer_norm
from gan_audio_compression.signal.arrays import Array

KERNEL = 7
"""Frames that the convolution sees."""

EXPANSION = 3
"""Features within a block, for each that goes through."""


def conv_next(block: Any, features: Array, conditioning: Array | None = None) -> Array:
    """Return what a block makes of features [B, N, width].

    A depthwise convolution over time, norm, two layers, beside the identity.

    Args:
        block: its layers: `mix`, `expand`, `contract`, `scale`, and `modulation` where it is
            conditioned; PyTorch's or those of `networks.layers`.
        features: that go through.
        conditioning: [B, N or 1, conditions], numbers that scale and shift what is normalised.
    """
    outputs: Array = beside_identity(block, features, block.mix(features), conditioning)
    return outputs


def beside_identity(
    block: Any, features: Array, mixed: Array, conditioning: Array | None = None
) -> Array:
    """Return what a block makes of features and what its convolution has made of them."""
    normal = layer_norm(mixed)
    if conditioning is not None:
        gain, offset = halves(block.modulation(conditioning))
        normal = normal * (1 + gain) + offset
    outputs: Array = features + block.scale * block.contract(gelu(block.expand(normal)))
    return outputs


def halves(features: Array) -> tuple[Array, Array]:
    """Return the first and the second half of features [..., 2 n]."""
    middle = features.shape[-1] // 2
    return features[..., :middle], features[..., middle:]
