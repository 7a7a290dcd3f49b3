"""From a waveform to its log mel spectrogram."""

from functools import cache

import torch
import torchaudio.functional as audio
from torch import Tensor

from gan_audio_compression.signal.spec import FFT_SIZE, FLOOR, HOP, MEL_BANDS, SAMPLE_RATE


@cache
def hann_window() -> Tensor:
    """Return the periodic Hann window of the STFT, [512]."""
    return torch.hann_window(FFT_SIZE)


@cache
def mel_filters() -> Tensor:
    """Return the triangular filters [257 bins, 128 bands]: 0-8 kHz, Slaney's scale and norm."""
    filters: Tensor = audio.melscale_fbanks(
        FFT_SIZE // 2 + 1, 0.0, SAMPLE_RATE / 2, MEL_BANDS, SAMPLE_RATE, "slaney", "slaney"
    )
    return filters


def frame_count(samples: int) -> int:
    """Return the number of STFT frames of a signal of `samples` samples."""
    return 1 + samples // HOP


def log_mel_spectrogram(waveform: Tensor) -> Tensor:
    """Return the natural logarithm of the mel-weighted STFT magnitude.

    `waveform` is [n] at 16 kHz and at the project's speech level; the result is
    [1 + n // 128 frames, 128 bands], in nepers, not below the floor of -10.
    """
    spectrum = torch.stft(
        waveform,
        FFT_SIZE,
        HOP,
        window=hann_window().to(waveform.device),
        center=True,
        pad_mode="constant",
        return_complex=True,
    )
    mel = spectrum.abs().T @ mel_filters().to(waveform.device)
    return mel.clamp_min(torch.finfo(mel.dtype).tiny).log().clamp_min(FLOOR)
