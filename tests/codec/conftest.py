"""What tests of the whole codec share: a codec that hums, whatever it is sent."""

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from gan_audio_compression.codec.model import CodecModel
from gan_audio_compression.signal.analysis import log_mel_spectrogram
from gan_audio_compression.signal.segments import to_unit_range
from gan_audio_compression.signal.spec import SAMPLE_RATE, SPEECH_LEVEL_DB

HUM_HZ = 440.0


class Hum(nn.Module):
    """A generator of one steady tone at the project's speech level."""

    bands: Tensor

    def __init__(self) -> None:
        super().__init__()
        phase = 2 * math.pi * HUM_HZ / SAMPLE_RATE * torch.arange(SAMPLE_RATE)
        tone = math.sqrt(2) * 10 ** (SPEECH_LEVEL_DB / 20) * torch.sin(phase)
        self.register_buffer("bands", to_unit_range(log_mel_spectrogram(tone)[60]))

    def forward(self, latents: Tensor) -> Tensor:
        return self.bands.reshape(1, 1, 128, 1).expand(len(latents), 1, 128, 128)


@pytest.fixture(scope="session")
def hum_model(codec_model: CodecModel) -> CodecModel:
    """Give a codec whose every output is the same tone, so that joins and levels can be heard."""
    return replace(codec_model, generator=Hum())  # type: ignore[arg-type]
