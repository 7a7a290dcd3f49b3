"""The encoder of the sequence codec: loudness to latents."""

from typing import Any

from gan_audio_compression.networks.conv_next import conv_next
from gan_audio_compression.networks.operations import layer_norm
from gan_audio_compression.networks.sequence.conditioning import condition, gain
from gan_audio_compression.networks.sequence.config import LATENT_FRAMES
from gan_audio_compression.signal.arrays import Array
from gan_audio_compression.signal.spec import MEL_BANDS


def encode(encoder: Any, loudness: Array, quality: Array) -> Array:
    """Return the latents [B, N, C] of loudness [B, 4 N, 128]; whole numbers can be sent.

    Args:
        encoder: its layers, `modules.SequenceEncoder` or the same without PyTorch.
        loudness: of speech.
        quality: [B] in 0 .. 1.
    """
    of_frames = quality[:, None]
    conditioning = condition(encoder.conditioning.network, of_frames)
    normal = (loudness - encoder.mean) / encoder.deviation
    features = encoder.in_proj(normal.reshape(len(normal), -1, LATENT_FRAMES * MEL_BANDS))
    for block in encoder.blocks:
        features = conv_next(block, features, conditioning)
    steps = gain(encoder.gain.logarithm, conditioning, of_frames)
    latents: Array = encoder.out_proj(layer_norm(features)) * steps
    return latents
