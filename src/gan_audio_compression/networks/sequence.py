"""The networks of the codec over time: one-dimensional, at the rate of the latents.

Four frames of the log mel, on the scale of loudness, are one latent frame (31.25 a second), and
both networks work on latent frames throughout, so that two processor cores are enough to train
them. The blocks are those of Liu and others, "A ConvNet for the 2020s", 2022. One model serves many
bit rates: a quality between 0 and 1 is an input of every block.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from gan_audio_compression.networks.sequence_config import SequenceConfig

MEL_BANDS = 128
LATENT_FRAMES = 4
"""Frames of the log mel in one latent frame."""

_KERNEL = 7
_EXPANSION = 3
_CONDITION = 32
# Latents of an untrained encoder spread over some steps of the quantiser: over two at the lowest
# quality and nine at the highest. Without that start the qualities stay alike for long.
_FIRST_GAIN, _GAIN_SPREAD = 4.0, 1.6


class Condition(nn.Module):
    """What the blocks are told of the quality: [B] in 0 .. 1 to [B, 32]."""

    def __init__(self) -> None:
        super().__init__()
        self.network = nn.Sequential(
            nn.Linear(3, _CONDITION), nn.GELU(), nn.Linear(_CONDITION, _CONDITION), nn.GELU()
        )

    def forward(self, quality: Tensor) -> Tensor:
        """Return the condition of each quality."""
        powers = torch.stack([quality, quality.square(), quality**3], dim=-1)
        condition: Tensor = self.network(2 * powers - 1)
        return condition


class Gain(nn.Module):
    """Steps of the quantiser in a unit of each channel, as the quality asks: [B, 1, channels]."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.logarithm = _constant_layer(channels)

    def forward(self, condition: Tensor, quality: Tensor) -> Tensor:
        """Return the gain for a condition [B, 32] of the quality [B]."""
        start = _GAIN_SPREAD * (quality[:, None] - 0.5)
        gain: Tensor = _FIRST_GAIN * (self.logarithm(condition) + start).exp()[:, None]
        return gain


class ConvNeXtBlock(nn.Module):
    """Depthwise convolution over time, norm and condition, two layers, beside the identity."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.mix = nn.Conv1d(width, width, _KERNEL, padding=_KERNEL // 2, groups=width)
        self.modulation = nn.Linear(_CONDITION, 2 * width)
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)
        self.expand = nn.Linear(width, _EXPANSION * width)
        self.contract = nn.Linear(_EXPANSION * width, width)
        self.scale = nn.Parameter(torch.full((width,), 0.1))

    def forward(self, features: Tensor, condition: Tensor) -> Tensor:
        """Return [B, N, width] for the same and a condition [B, 32]."""
        mixed = self.mix(features.transpose(1, 2)).transpose(1, 2)
        gain, offset = self.modulation(condition)[:, None].chunk(2, dim=-1)
        normal = _normal(mixed) * (1 + gain) + offset
        added: Tensor = self.contract(functional.gelu(self.expand(normal)))
        return features + self.scale * added


class SequenceEncoder(nn.Module):
    """Loudness [B, 4 N, 128] and quality [B] to latents [B, N, C], in steps of the quantiser.

    Attributes:
        mean: [128], of the loudness of training speech.
        deviation: of it, over all bands.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, config: SequenceConfig) -> None:
        super().__init__()
        self.condition = Condition()
        self.enter = nn.Linear(LATENT_FRAMES * MEL_BANDS, config.width)
        self.blocks = nn.ModuleList(
            ConvNeXtBlock(config.width) for _ in range(config.encoder_blocks)
        )
        self.leave = nn.Linear(config.width, config.latent_channels)
        self.gain = Gain(config.latent_channels)
        self._companding = config.companding
        self.register_buffer("mean", torch.zeros(MEL_BANDS))
        self.register_buffer("deviation", torch.ones(()))

    def forward(self, loudness: Tensor, quality: Tensor) -> Tensor:
        """Return the latents; whole numbers are what can be sent."""
        condition = self.condition(quality)
        normal = (loudness - self.mean) / self.deviation
        features = self.enter(normal.unflatten(1, (-1, LATENT_FRAMES)).flatten(2))
        for block in self.blocks:
            features = block(features, condition)
        latents = self.leave(_normal(features)) * self.gain(condition, quality)
        return compressed(latents, self._companding)


class SequenceGenerator(nn.Module):
    """Latents [B, N, C] and quality [B] to loudness [B, 4 N, 128].

    Attributes:
        mean, deviation: as the encoder's.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, config: SequenceConfig) -> None:
        super().__init__()
        self.condition = Condition()
        self.gain = Gain(config.latent_channels)
        self._companding = config.companding
        self.enter = nn.Linear(config.latent_channels, config.width)
        self.blocks = nn.ModuleList(
            ConvNeXtBlock(config.width) for _ in range(config.generator_blocks)
        )
        self.leave = nn.Linear(config.width, LATENT_FRAMES * MEL_BANDS)
        self.register_buffer("mean", torch.zeros(MEL_BANDS))
        self.register_buffer("deviation", torch.ones(()))

    def forward(self, latents: Tensor, quality: Tensor) -> Tensor:
        """Return what the receiver makes of latents."""
        condition = self.condition(quality)
        values = expanded(latents, self._companding)
        features = self.enter(values / self.gain(condition, quality))
        for block in self.blocks:
            features = block(features, condition)
        frames = self.leave(_normal(features)).unflatten(2, (LATENT_FRAMES, MEL_BANDS))
        loudness: Tensor = frames.flatten(1, 2) * self.deviation + self.mean
        return loudness


def compressed(values: Tensor, companding: float) -> Tensor:
    """Return values on the scale where levels are one apart: mu-law, of mu `companding`."""
    if not companding:
        return values
    return values.sign() * torch.log1p(companding * values.abs()) / math.log1p(companding)


def expanded(latents: Tensor, companding: float) -> Tensor:
    """Undo `compressed`: the values of levels."""
    if not companding:
        return latents
    return latents.sign() * torch.expm1(latents.abs() * math.log1p(companding)) / companding


def _normal(features: Tensor) -> Tensor:
    return functional.layer_norm(features, features.shape[-1:])


def _constant_layer(outputs: int) -> nn.Linear:
    """Return a layer of the condition that gives zero at first."""
    layer = nn.Linear(_CONDITION, outputs)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer
