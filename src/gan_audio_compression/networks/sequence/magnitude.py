"""The last network of the receiver: what the magnitudes of a decoded log mel lack.

A mel band is wider than a harmonic from 2 kHz on, and what a codec decodes is an average: as smooth
as no noise is. The network sharpens the harmonics, and says where and how strongly the texture of
noise is to be heard.
"""

from typing import Any

from gan_audio_compression.networks.conv_next import conv_next, halves
from gan_audio_compression.networks.operations import layer_norm
from gan_audio_compression.signal.arrays import Array

# Brings nepers to about the range of a normal distribution.
_INPUT_SCALE = 1 / 3


def correct(network: Any, log_mel: Array) -> tuple[Array, Array]:
    """Return what is added to the log magnitude in nepers, and how strong the texture is.

    Args:
        network: its layers, `modules.MagnitudeNetwork` or the same without PyTorch.
        log_mel: [B, T, 128] in nepers.

    Returns:
        A correction and a share of texture, [B, T, 257] each.
    """
    features = network.in_proj(_INPUT_SCALE * log_mel)
    for block in network.blocks:
        features = conv_next(block, features)
    return halves(network.out_proj(layer_norm(features)))
