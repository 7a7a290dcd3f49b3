"""The block of "A ConvNet for the 2020s" (Liu and others, 2022), over time."""

import torch
from torch import Tensor, nn
from torch.nn import functional

_KERNEL = 7
_EXPANSION = 3


class ConvNeXtBlock(nn.Module):
    """Depthwise convolution over time, norm, two layers, beside the identity.

    Args:
        width: features of a frame.
        conditions: numbers that scale and shift what is normalised; 0 for none.
    """

    def __init__(self, width: int, conditions: int = 0) -> None:
        super().__init__()
        self.mix = nn.Conv1d(width, width, _KERNEL, padding=_KERNEL // 2, groups=width)
        if conditions:
            self.modulation = nn.Linear(conditions, 2 * width)
            nn.init.zeros_(self.modulation.weight)
            nn.init.zeros_(self.modulation.bias)
        self.expand = nn.Linear(width, _EXPANSION * width)
        self.contract = nn.Linear(_EXPANSION * width, width)
        self.scale = nn.Parameter(torch.full((width,), 0.1))

    def forward(self, features: Tensor, conditioning: Tensor | None = None) -> Tensor:
        """Return [B, N, width] for the same and, if it is conditioned, [B, conditions]."""
        normal = layer_norm(self.mix(features.transpose(1, 2)).transpose(1, 2))
        if conditioning is not None:
            gain, offset = self.modulation(conditioning)[:, None].chunk(2, dim=-1)
            normal = normal * (1 + gain) + offset
        added: Tensor = self.contract(functional.gelu(self.expand(normal)))
        return features + self.scale * added


def layer_norm(features: Tensor) -> Tensor:
    """Return features [..., width] with zero mean and a deviation of one in each frame."""
    return functional.layer_norm(features, features.shape[-1:])
