"""The waveform head: from decoded loudness to the STFT of speech (Siuzdak, "Vocos", 2023).

It works at the rate of the frames, on blocks of the codec over time, and is told the quality too:
the coarser the latents, the less of the loudness can be relied on.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from gan_audio_compression.networks.head_config import HeadConfig
from gan_audio_compression.networks.sequence import MEL_BANDS, Condition, ConvNeXtBlock

BINS = 257
"""Frequencies of the STFT."""

# Near zero, so that training starts from the magnitude of the pseudo-inverse.
_FIRST_FACTOR = 0.1


class WaveformHead(nn.Module):
    """Loudness [B, T, 128] and quality [B] to the STFT, as two tensors [B, T, 257].

    Attributes:
        mean: [128], of the loudness of training speech.
        deviation: of it, over all bands.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, config: HeadConfig) -> None:
        super().__init__()
        self.condition = Condition()
        self.enter = nn.Linear(MEL_BANDS, config.width)
        self.blocks = nn.ModuleList(ConvNeXtBlock(config.width) for _ in range(config.blocks))
        self.leave = nn.Linear(config.width, 2 * BINS)
        with torch.no_grad():
            self.leave.weight[:BINS] *= _FIRST_FACTOR
            self.leave.bias[:BINS] = 0.0
        self.register_buffer("mean", torch.zeros(MEL_BANDS))
        self.register_buffer("deviation", torch.ones(()))

    def forward(self, loudness: Tensor, quality: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logarithm of a factor on the pseudo-inverse's magnitude, and the phase."""
        condition = self.condition(quality)
        features = self.enter((loudness - self.mean) / self.deviation)
        for block in self.blocks:
            features = block(features, condition)
        normal = functional.layer_norm(features, features.shape[-1:])
        log_factor, phase = self.leave(normal).chunk(2, dim=-1)
        return log_factor, phase
