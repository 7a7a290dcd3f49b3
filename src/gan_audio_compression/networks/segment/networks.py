"""The networks of a shape: each kind of layers in one table."""

from collections.abc import Callable, Mapping
from typing import Any

from torch import nn

from gan_audio_compression.networks.segment.config import SegmentConfig
from gan_audio_compression.networks.segment.frame_networks import FrameEncoder, FrameGenerator
from gan_audio_compression.networks.segment.image_encoder import ImageEncoder
from gan_audio_compression.networks.segment.image_generator import ImageGenerator

Build = Callable[[Any], nn.Module]

_NETWORKS: Mapping[str, tuple[Build, Build]] = {
    "images": (ImageEncoder, ImageGenerator),
    "frames": (FrameEncoder, FrameGenerator),
}


def new_encoder(config: SegmentConfig) -> nn.Module:
    """Return images [S, 1, 128, 128] in [-1, 1] to latents [S, positions, columns] in [0, 1]."""
    return _NETWORKS[config.layers][0](config)


def new_generator(config: SegmentConfig) -> nn.Module:
    """Return latents [S, positions, columns] in [0, 1] to images [S, 1, 128, 128]."""
    return _NETWORKS[config.layers][1](config)
