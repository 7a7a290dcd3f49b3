"""The generator of the sequence codec: latents to loudness."""

from typing import Any

from gan_audio_compression.networks.conv_next import conv_next
from gan_audio_compression.networks.operations import layer_norm
from gan_audio_compression.networks.sequence.conditioning import condition, gain
from gan_audio_compression.signal.arrays import Array
from gan_audio_compression.signal.spec import MEL_BANDS


def generate(generator: Any, latents: Array, quality: Array) -> Array:
    """Return the loudness [B, 4 N, 128] that the receiver makes of latents [B, N, C].

    Args:
        generator: its layers, `modules.SequenceGenerator` or the same without PyTorch.
        latents: in steps of the quantiser.
        quality: [B] in 0 .. 1.
    """
    of_frames = quality[:, None]
    conditioning = condition(generator.conditioning.network, of_frames)
    features = generator.in_proj(latents / gain(generator.gain.logarithm, conditioning, of_frames))
    for block in generator.blocks:
        features = conv_next(block, features, conditioning)
    normal = generator.out_proj(layer_norm(features)).reshape(len(latents), -1, MEL_BANDS)
    loudness: Array = normal * generator.deviation + generator.mean
    return loudness
