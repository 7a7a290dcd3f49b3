"""The last network of the receiver: what the magnitudes of a decoded log mel lack.

A mel band is wider than a harmonic from 2 kHz on, and what a codec decodes is an average: as smooth
as no noise is. The network sharpens the harmonics, and says where and how strongly the texture of
noise is to be heard.
"""

import math

import torch
from torch import Tensor, nn

from gan_audio_compression.networks.conv_next import ConvNeXtBlock, layer_norm
from gan_audio_compression.networks.sequence.config import MagnitudeConfig
from gan_audio_compression.signal.spec import FFT_SIZE, MEL_BANDS, SAMPLE_RATE

_BINS = FFT_SIZE // 2 + 1
# Brings nepers to about the range of a normal distribution.
_INPUT_SCALE = 1 / 3
_FIRST_TEXTURE = 0.2


class MagnitudeNetwork(nn.Module):
    """Log mel [B, T, 128] in nepers to a correction and a share of texture, [B, T, 257] each.

    Attributes:
        config: its shape.
    """

    def __init__(self, config: MagnitudeConfig) -> None:
        super().__init__()
        self.config = config
        self.in_proj = nn.Linear(MEL_BANDS, config.width)
        self.blocks = nn.ModuleList(ConvNeXtBlock(config.width) for _ in range(config.blocks))
        self.out_proj = nn.Linear(config.width, 2 * _BINS)
        nn.init.zeros_(self.out_proj.weight)
        nn.init.zeros_(self.out_proj.bias)
        nn.init.constant_(self.out_proj.bias[_BINS:], _FIRST_TEXTURE)

    def forward(self, log_mel: Tensor) -> tuple[Tensor, Tensor]:
        """Return what is added to the log magnitude in nepers, and how strong the texture is."""
        features = self.in_proj(_INPUT_SCALE * log_mel)
        for block in self.blocks:
            features = block(features)
        correction, share = self.out_proj(layer_norm(features)).chunk(2, dim=-1)
        return correction, share

    @torch.no_grad()
    def scale_outputs(self, correction: float, texture: float, below: float) -> None:
        """Multiply what the correction will be, and the texture at frequencies below so many Hz."""
        bins = math.ceil(below * FFT_SIZE / SAMPLE_RATE)
        for parameter in (self.out_proj.weight, self.out_proj.bias):
            parameter[:_BINS] *= correction
            parameter[_BINS : _BINS + bins] *= texture
