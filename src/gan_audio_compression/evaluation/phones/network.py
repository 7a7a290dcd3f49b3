"""The network that tells from the sound around a frame which part of which phone it is."""

from typing import cast

from torch import Tensor, nn

from gan_audio_compression.evaluation.phones.features import MEL_BANDS

STATES = 3
"""Beginning, middle and end of a phone."""

_CHANNELS = 192
_DILATIONS = (1, 2, 4, 8)
_DROPOUT = 0.3


class PhoneNetwork(nn.Module):
    """Dilated convolutions over time, 17 frames of context on either side."""

    def __init__(self, phones: int) -> None:
        super().__init__()
        self.entry = _convolution(MEL_BANDS, kernel=5, dilation=1)
        self.blocks = nn.ModuleList(
            [_convolution(_CHANNELS, kernel=3, dilation=dilation) for dilation in _DILATIONS]
        )
        self.exit = nn.Conv1d(_CHANNELS, phones * STATES, 1)

    def forward(self, features: Tensor) -> Tensor:
        """Return logits [frames, phones * 3] for normalised features [frames, 40]."""
        hidden = self.entry(features.T[None])
        for block in self.blocks:
            hidden = hidden + block(hidden)
        return cast(Tensor, self.exit(hidden))[0].T


def _convolution(channels: int, *, kernel: int, dilation: int) -> nn.Sequential:
    padding = dilation * (kernel // 2)
    return nn.Sequential(
        nn.Conv1d(channels, _CHANNELS, kernel, padding=padding, dilation=dilation),
        nn.BatchNorm1d(_CHANNELS),
        nn.ReLU(),
        nn.Dropout(_DROPOUT),
    )
