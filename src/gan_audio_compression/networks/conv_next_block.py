"""The block of `networks.conv_next` as it is trained."""

import torch
from torch import Tensor, nn

from gan_audio_compression.networks.conv_next import EXPANSION, KERNEL, conv_next


class OverTime(nn.Conv1d):
    """A convolution over time of each feature by itself: [B, N, width] to the same."""

    def __init__(self, width: int) -> None:
        super().__init__(width, width, KERNEL, padding=KERNEL // 2, groups=width)

    def forward(self, features: Tensor) -> Tensor:
        """Return the outputs; what lies beyond the ends is zero."""
        return super().forward(features.transpose(1, 2)).transpose(1, 2)


class ConvNeXtBlock(nn.Module):
    """The layers of a block.

    Args:
        width: features of a frame.
        conditions: numbers that scale and shift what is normalised; 0 for none.
    """

    def __init__(self, width: int, conditions: int = 0) -> None:
        super().__init__()
        self.mix = OverTime(width)
        if conditions:
            self.modulation = nn.Linear(conditions, 2 * width)
            nn.init.zeros_(self.modulation.weight)
            nn.init.zeros_(self.modulation.bias)
        self.expand = nn.Linear(width, EXPANSION * width)
        self.contract = nn.Linear(EXPANSION * width, width)
        self.scale = nn.Parameter(torch.full((width,), 0.1))

    def forward(self, features: Tensor, conditioning: Tensor | None = None) -> Tensor:
        """See `conv_next`."""
        return conv_next(self, features, conditioning)
