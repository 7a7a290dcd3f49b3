"""Layers that the encoder and the generator of the sequence codec share.

The blocks are those of Liu and others, "A ConvNet for the 2020s", 2022, over time, with the quality
as an input of each.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

_KERNEL = 7
_EXPANSION = 3
_CONDITIONING = 32
# Latents of an untrained encoder spread over some steps of the quantiser: over two at the lowest
# quality and nine at the highest. Without that start the qualities stay alike for long.
_FIRST_GAIN, _GAIN_SPREAD = 4.0, 1.6


class Conditioning(nn.Module):
    """What the quality means to the blocks: [B] in 0 .. 1 to [B, 32]."""

    def __init__(self) -> None:
        super().__init__()
        self.network = nn.Sequential(
            nn.Linear(3, _CONDITIONING),
            nn.GELU(),
            nn.Linear(_CONDITIONING, _CONDITIONING),
            nn.GELU(),
        )

    def forward(self, quality: Tensor) -> Tensor:
        """Return the conditioning of each quality."""
        powers = torch.stack([quality, quality.square(), quality**3], dim=-1)
        conditioning: Tensor = self.network(2 * powers - 1)
        return conditioning


class Gain(nn.Module):
    """Steps of the quantiser in a unit of each channel, as the quality asks: [B, 1, channels]."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.logarithm = nn.Linear(_CONDITIONING, channels)
        nn.init.zeros_(self.logarithm.weight)
        nn.init.zeros_(self.logarithm.bias)

    def forward(self, conditioning: Tensor, quality: Tensor) -> Tensor:
        """Return the gain for the conditioning [B, 32] of the quality [B]."""
        start = _GAIN_SPREAD * (quality[:, None] - 0.5)
        gain: Tensor = _FIRST_GAIN * (self.logarithm(conditioning) + start).exp()[:, None]
        return gain


class ConvNeXtBlock(nn.Module):
    """Depthwise convolution over time, norm and conditioning, two layers, beside the identity."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.mix = nn.Conv1d(width, width, _KERNEL, padding=_KERNEL // 2, groups=width)
        self.modulation = nn.Linear(_CONDITIONING, 2 * width)
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)
        self.expand = nn.Linear(width, _EXPANSION * width)
        self.contract = nn.Linear(_EXPANSION * width, width)
        self.scale = nn.Parameter(torch.full((width,), 0.1))

    def forward(self, features: Tensor, conditioning: Tensor) -> Tensor:
        """Return [B, N, width] for the same and a conditioning [B, 32]."""
        mixed = self.mix(features.transpose(1, 2)).transpose(1, 2)
        gain, offset = self.modulation(conditioning)[:, None].chunk(2, dim=-1)
        normal = layer_norm(mixed) * (1 + gain) + offset
        added: Tensor = self.contract(functional.gelu(self.expand(normal)))
        return features + self.scale * added


def layer_norm(features: Tensor) -> Tensor:
    """Return features [..., width] with zero mean and a deviation of one in each frame."""
    return functional.layer_norm(features, features.shape[-1:])
