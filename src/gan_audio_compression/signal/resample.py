"""Conversion of any sampling rate to the project's."""

import numpy as np
import torch
import torchaudio.functional as audio
from numpy.typing import NDArray

from gan_audio_compression.signal.spec import SAMPLE_RATE


def to_project_rate(samples: NDArray[np.float32], sample_rate: int) -> NDArray[np.float32]:
    """Resample `samples` ([n], at `sample_rate` Hz) to 16 kHz by windowed sinc interpolation."""
    if sample_rate == SAMPLE_RATE:
        return samples
    resampled: torch.Tensor = audio.resample(
        torch.from_numpy(samples), sample_rate, SAMPLE_RATE, lowpass_filter_width=32
    )
    return resampled.numpy()
