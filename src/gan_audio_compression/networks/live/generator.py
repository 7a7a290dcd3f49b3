"""The generator of the live codec: latents to loudness."""

from typing import Any

from gan_audio_compression.networks.conv_next import beside_identity
from gan_audio_compression.networks.live.encoder import Mix
from gan_audio_compression.networks.operations import layer_norm
from gan_audio_compression.networks.sequence.conditioning import condition, gain
from gan_audio_compression.signal.arrays import Array
from gan_audio_compression.signal.spec import MEL_BANDS


def generate(generator: Any, latents: Array, lost: Array, quality: Array, mix: Mix) -> Array:
    """Return the loudness [B, 5 N, 128] that the receiver makes of latents [B, N, C].

    Args:
        generator: its layers, `modules.LiveGenerator` or the same without PyTorch.
        latents: in steps of the quantiser; any numbers where lost.
        lost: [B, N], one where a packet has not come and zero elsewhere.
        quality: [B, N or 1] in 0 .. 1.
        mix: see `Mix`.
    """
    conditioning = condition(generator.conditioning.network, quality)
    steps = gain(generator.gain.logarithm, conditioning, quality)
    absent = lost[..., None]
    features = generator.in_proj(latents / steps) * (1 - absent) + generator.absent * absent
    for block in generator.blocks:
        features = beside_identity(block, features, mix(block.mix, features), conditioning)
    normal = generator.out_proj(layer_norm(features)).reshape(len(latents), -1, MEL_BANDS)
    loudness: Array = normal * generator.deviation + generator.mean
    return loudness
