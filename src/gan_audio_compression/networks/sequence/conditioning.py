"""What the quality is to the encoder and the generator of the sequence codec."""

import torch
from torch import Tensor, nn

CONDITIONS = 32
"""Numbers that stand for a quality."""

# Latents of an untrained encoder spread over some steps of the quantiser: over two at the lowest
# quality and nine at the highest. Without that start the qualities stay alike for long.
_FIRST_GAIN, _GAIN_SPREAD = 4.0, 1.6


class Conditioning(nn.Module):
    """What the quality means to the blocks: [B] in 0 .. 1 to [B, 32]."""

    def __init__(self) -> None:
        super().__init__()
        self.network = nn.Sequential(
            nn.Linear(3, CONDITIONS),
            nn.GELU(),
            nn.Linear(CONDITIONS, CONDITIONS),
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
        self.logarithm = nn.Linear(CONDITIONS, channels)
        nn.init.zeros_(self.logarithm.weight)
        nn.init.zeros_(self.logarithm.bias)

    def forward(self, conditioning: Tensor, quality: Tensor) -> Tensor:
        """Return the gain for the conditioning [B, 32] of the quality [B]."""
        start = _GAIN_SPREAD * (quality[:, None] - 0.5)
        gain: Tensor = _FIRST_GAIN * (self.logarithm(conditioning) + start).exp()[:, None]
        return gain
