"""The networks of the sequence codec as they are trained."""

import math

import torch
from torch import Tensor, nn

from gan_audio_compression.networks.conv_next_block import ConvNeXtBlock
from gan_audio_compression.networks.sequence.conditioning import CONDITIONS
from gan_audio_compression.networks.sequence.config import (
    LATENT_FRAMES,
    MagnitudeConfig,
    SequenceConfig,
)
from gan_audio_compression.networks.sequence.encoder import encode
from gan_audio_compression.networks.sequence.generator import generate
from gan_audio_compression.networks.sequence.magnitude import correct
from gan_audio_compression.signal.spec import BINS, FFT_SIZE, MEL_BANDS, SAMPLE_RATE

_FIRST_TEXTURE = 0.2


class Conditioning(nn.Module):
    """The layers of `conditioning.condition`."""

    def __init__(self) -> None:
        super().__init__()
        layers = nn.Linear(3, CONDITIONS), nn.GELU(), nn.Linear(CONDITIONS, CONDITIONS), nn.GELU()
        self.network = nn.Sequential(*layers)


class Gain(nn.Module):
    """The layer of `conditioning.gain`."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.logarithm = nn.Linear(CONDITIONS, channels)
        nn.init.zeros_(self.logarithm.weight)
        nn.init.zeros_(self.logarithm.bias)


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
        self.blocks = _blocks(config.width, config.encoder_blocks, CONDITIONS)
        self.out_proj = nn.Linear(config.width, config.latent_channels)
        self.gain = Gain(config.latent_channels)
        self.register_buffer("mean", torch.zeros(MEL_BANDS))
        self.register_buffer("deviation", torch.ones(()))

    def forward(self, loudness: Tensor, quality: Tensor) -> Tensor:
        """See `encode`."""
        return encode(self, loudness, quality)


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
        self.blocks = _blocks(config.width, config.generator_blocks, CONDITIONS)
        self.out_proj = nn.Linear(config.width, LATENT_FRAMES * MEL_BANDS)
        self.register_buffer("mean", torch.zeros(MEL_BANDS))
        self.register_buffer("deviation", torch.ones(()))

    def forward(self, latents: Tensor, quality: Tensor) -> Tensor:
        """See `generate`."""
        return generate(self, latents, quality)


class MagnitudeNetwork(nn.Module):
    """Log mel [B, T, 128] in nepers to a correction and a share of texture, [B, T, 257] each."""

    def __init__(self, config: MagnitudeConfig) -> None:
        super().__init__()
        self.in_proj = nn.Linear(MEL_BANDS, config.width)
        self.blocks = _blocks(config.width, config.blocks)
        self.out_proj = nn.Linear(config.width, 2 * BINS)
        nn.init.zeros_(self.out_proj.weight)
        nn.init.zeros_(self.out_proj.bias)
        nn.init.constant_(self.out_proj.bias[BINS:], _FIRST_TEXTURE)

    def forward(self, log_mel: Tensor) -> tuple[Tensor, Tensor]:
        """See `correct`."""
        return correct(self, log_mel)

    @torch.no_grad()
    def scale_outputs(self, correction: float, texture: float, below: float) -> None:
        """Multiply what the correction will be, and the texture at frequencies below so many Hz."""
        bins = math.ceil(below * FFT_SIZE / SAMPLE_RATE)
        for parameter in (self.out_proj.weight, self.out_proj.bias):
            parameter[:BINS] *= correction
            parameter[BINS : BINS + bins] *= texture


def _blocks(width: int, count: int, conditions: int = 0) -> nn.ModuleList:
    return nn.ModuleList(ConvNeXtBlock(width, conditions) for _ in range(count))
