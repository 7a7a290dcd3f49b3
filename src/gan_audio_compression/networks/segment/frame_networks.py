"""Encoder and generator of frames: one-dimensional, at the rate of the latent columns.

The bands of four frames are the features of a column, so that a step of training costs a
twentieth of one of the networks of images.
"""

import torch
from torch import Tensor, nn

from gan_audio_compression.networks.conv_next_block import ConvNeXtBlock
from gan_audio_compression.networks.operations import layer_norm
from gan_audio_compression.networks.segment.config import FrameConfig
from gan_audio_compression.signal.spec import MEL_BANDS, SEGMENT_FRAMES

COLUMN_FRAMES = SEGMENT_FRAMES // FrameConfig.columns


class _Blocks(nn.Module):
    """Features [S, columns, inputs] to [S, columns, outputs] through blocks over time.

    What a place in the segment adds is learnt: its borders have a neighbour on one side alone.
    """

    def __init__(self, inputs: int, width: int, blocks: int, outputs: int) -> None:
        super().__init__()
        self.in_proj = nn.Linear(inputs, width)
        self.place = nn.Parameter(torch.zeros(FrameConfig.columns, width))
        self.blocks = nn.ModuleList(ConvNeXtBlock(width) for _ in range(blocks))
        self.out_proj = nn.Linear(width, outputs)

    def forward(self, features: Tensor) -> Tensor:
        hidden = self.in_proj(features) + self.place
        for block in self.blocks:
            hidden = block(hidden)
        outputs: Tensor = self.out_proj(layer_norm(hidden))
        return outputs


class FrameEncoder(nn.Module):
    """Images [S, 1, 128, 128] in [-1, 1] to latents [S, values, 32] in [0, 1]."""

    def __init__(self, config: FrameConfig) -> None:
        super().__init__()
        bands = COLUMN_FRAMES * MEL_BANDS
        self.layers = _Blocks(bands, config.width, config.encoder_blocks, config.values)

    def forward(self, image: Tensor) -> Tensor:
        """Return the latents of images."""
        frames = image.squeeze(1).transpose(1, 2)
        columns = frames.unflatten(1, (-1, COLUMN_FRAMES)).flatten(2)
        latent: Tensor = self.layers(columns).sigmoid().transpose(1, 2)
        return latent


class FrameGenerator(nn.Module):
    """Latents [S, values, 32] in [0, 1] to images [S, 1, 128, 128], about in [-1, 1]."""

    def __init__(self, config: FrameConfig) -> None:
        super().__init__()
        bands = COLUMN_FRAMES * MEL_BANDS
        self.layers = _Blocks(config.values, config.width, config.generator_blocks, bands)

    def forward(self, latent: Tensor) -> Tensor:
        """Return the images of latents."""
        columns = self.layers(2.0 * latent.transpose(1, 2) - 1.0)
        frames = columns.unflatten(2, (COLUMN_FRAMES, MEL_BANDS)).flatten(1, 2)
        image: Tensor = frames.transpose(1, 2).unsqueeze(1)
        return image
