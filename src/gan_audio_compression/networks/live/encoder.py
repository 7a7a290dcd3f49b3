"""The encoder of the live codec: loudness to latents."""

from collections.abc import Callable
from typing import Any

from gan_audio_compression.networks.conv_next import beside_identity
from gan_audio_compression.networks.live.config import LATENT_FRAMES
from gan_audio_compression.networks.operations import layer_norm
from gan_audio_compression.networks.sequence.conditioning import condition, gain
from gan_audio_compression.signal.arrays import Array, array_namespace
from gan_audio_compression.signal.spec import MEL_BANDS

Mix = Callable[[Any, Any], Any]
"""Lets a convolution over time see what it may, of packets: its layer, and features [B, N, W]."""


def encode(
    encoder: Any, loudness: Array, ahead: Array, seen: Array, quality: Array, mix: Mix
) -> Array:
    """Return the latents [B, N, C] of loudness [B or 1, 5 N, 128]; whole numbers can be sent.

    Args:
        encoder: its layers, `modules.LiveEncoder` or the same without PyTorch.
        loudness: of speech.
        ahead: [B or 1, N, 5, 128], what follows each latent frame.
        seen: [B or 1, N, 5], one where a frame of it may be looked at and zero elsewhere.
        quality: [B, N or 1] in 0 .. 1.
        mix: see `Mix`.
    """
    conditioning = condition(encoder.conditioning.network, quality)
    features = encoder.in_proj(
        _normal(encoder, loudness).reshape(len(loudness), -1, LATENT_FRAMES * MEL_BANDS)
    )
    visible = (_normal(encoder, ahead) * seen[..., None]).reshape(*seen.shape[:-1], -1)
    features = features + encoder.ahead_proj(array_namespace(seen).concat([visible, seen], axis=-1))
    for block in encoder.blocks:
        features = beside_identity(block, features, mix(block.mix, features), conditioning)
    steps = gain(encoder.gain.logarithm, conditioning, quality)
    latents: Array = encoder.out_proj(layer_norm(features)) * steps
    return latents


def _normal(encoder: Any, loudness: Array) -> Array:
    normal: Array = (loudness - encoder.mean) / encoder.deviation
    return normal
