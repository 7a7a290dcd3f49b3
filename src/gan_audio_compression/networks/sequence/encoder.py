"""The encoder of the sequence codec: loudness to latents."""

import torch
from torch import Tensor, nn

from gan_audio_compression.networks.conv_next import ConvNeXtBlock, layer_norm
from gan_audio_compression.networks.sequence.conditioning import CONDITIONS, Conditioning, Gain
from gan_audio_compression.networks.sequence.config import LATENT_FRAMES, SequenceConfig
from gan_audio_compression.signal.spec import MEL_BANDS


class SequenceEncoder(nn.Module):
    """Loudness [B, 4 N, 128] and quality [B] in 0 .. 1 to latents [B, N, C], in quantiser steps.

    Attributes:
        mean: [128], of the loudness of training speech.
        deviation: of it, over all bands.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, config: SequenceConfig) -> None:
        super().__init__()
        self.conditioning = Conditioning()
        self.in_proj = nn.Linear(LATENT_FRAMES * MEL_BANDS, config.width)
        self.blocks = nn.ModuleList(
            ConvNeXtBlock(config.width, CONDITIONS) for _ in range(config.encoder_blocks)
        )
        self.out_proj = nn.Linear(config.width, config.latent_channels)
        self.gain = Gain(config.latent_channels)
        self.register_buffer("mean", torch.zeros(MEL_BANDS))
        self.register_buffer("deviation", torch.ones(()))

    def forward(self, loudness: Tensor, quality: Tensor) -> Tensor:
        """Return the latents; whole numbers are what can be sent."""
        conditioning = self.conditioning(quality)
        normal = (loudness - self.mean) / self.deviation
        features = self.in_proj(normal.unflatten(1, (-1, LATENT_FRAMES)).flatten(2))
        for block in self.blocks:
            features = block(features, conditioning)
        latents: Tensor = self.out_proj(layer_norm(features)) * self.gain(conditioning, quality)
        return latents
