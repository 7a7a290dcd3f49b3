"""The generator of the live codec: latents to loudness."""

from typing import Any

from gan_audio_compression.networks.conv_next import beside_identity
from gan_audio_compression.networks.live.encoder import Mix
from gan_audio_compression.networks.operations import layer_norm
from gan_audio_compression.networks.sequence.conditioning import condition, gain
from gan_audio_compression.signal.arrays import Array
from gan_audio_compression.signal.spec import MEL_BANDS


def generate(
    generator: Any, latents: Array, lost: Array, seen: Array, quality: Array, mix: Mix
) -> Array:
    """Return the loudness [B, 5 N, 128] that the receiver makes of all latents but the last.

    Args:
        generator: its layers, `modules.LiveGenerator` or the same without PyTorch.
        latents: [B, N + 1, C] in steps of the quantiser; any numbers where lost.
        lost: [B, N], one where a packet has not come and zero elsewhere.
        seen: [B, N], one where the latent frame after one may be looked at and zero elsewhere.
        quality: [B, N + 1 or 1] in 0 .. 1.
        mix: see `Mix`.
    """
    conditioning = condition(generator.conditioning.network, quality)
    own, following = _in_units(generator, latents, conditioning, quality)
    absent = lost[..., None]
    features = generator.in_proj(own) * (1 - absent) + generator.absent * absent
    features = features + generator.ahead_proj(following) * seen[..., None]
    for block in generator.blocks:
        features = beside_identity(
            block, features, mix(block.mix, features), conditioning[:, : lost.shape[1]]
        )
    normal = generator.out_proj(layer_norm(features)).reshape(len(latents), -1, MEL_BANDS)
    loudness: Array = normal * generator.deviation + generator.mean
    return loudness


def _in_units(
    generator: Any, latents: Array, conditioning: Array, quality: Array
) -> tuple[Array, Array]:
    """Return latents in units of their channels: all but the last, and all but the first."""
    units = latents / gain(generator.gain.logarithm, conditioning, quality)
    return units[:, :-1], units[:, 1:]
