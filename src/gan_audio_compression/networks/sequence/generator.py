"""The generator of the sequence codec: latents to loudness."""

import torch
from torch import Tensor, nn

from gan_audio_compression.networks.conv_next import ConvNeXtBlock, layer_norm
from gan_audio_compression.networks.sequence.conditioning import CONDITIONS, Conditioning, Gain
from gan_audio_compression.networks.sequence.config import LATENT_FRAMES, SequenceConfig
from gan_audio_compression.signal.spec import MEL_BANDS


class SequenceGenerator(nn.Module):
    """Latents [B, N, C] and quality [B] in 0 .. 1 to loudness [B, 4 N, 128].

    Attributes:
        mean, deviation: as the encoder's.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, config: SequenceConfig) -> None:
        super().__init__()
        self.conditioning = Conditioning()
        self.gain = Gain(config.latent_channels)
        self.in_proj = nn.Linear(config.latent_channels, config.width)
        self.blocks = nn.ModuleList(
            ConvNeXtBlock(config.width, CONDITIONS) for _ in range(config.generator_blocks)
        )
        self.out_proj = nn.Linear(config.width, LATENT_FRAMES * MEL_BANDS)
        self.register_buffer("mean", torch.zeros(MEL_BANDS))
        self.register_buffer("deviation", torch.ones(()))

    def forward(self, latents: Tensor, quality: Tensor) -> Tensor:
        """Return what the receiver makes of latents."""
        conditioning = self.conditioning(quality)
        features = self.in_proj(latents / self.gain(conditioning, quality))
        for block in self.blocks:
            features = block(features, conditioning)
        frames = self.out_proj(layer_norm(features)).unflatten(2, (LATENT_FRAMES, MEL_BANDS))
        loudness: Tensor = frames.flatten(1, 2) * self.deviation + self.mean
        return loudness
