"""What the recogniser hears: the log mel spectrum, normalised over the utterance."""

from functools import cache

import torch
import torchaudio.functional as audio
from torch import Tensor
from torch.nn import functional

SAMPLE_RATE = 16_000
HOP = 160
"""10 ms from frame to frame."""
MEL_BANDS = 40

_WINDOW = 400  # 25 ms
_FFT_SIZE = 512
_LOWEST_HZ, _HIGHEST_HZ = 60.0, 7800.0
_PRE_EMPHASIS = 0.97
# What lies 70 dB below the loudest cell, such as the zeros that some codecs write into pauses,
# would otherwise rule the mean.
_RANGE_NEPERS = 16.0
_TINY = 1e-20
# An hour's spectrum at once would take gigabytes.
_BLOCK_FRAMES = 1000


@cache
def _window() -> Tensor:
    return torch.hann_window(_WINDOW)


@cache
def _mel_filters() -> Tensor:
    filters: Tensor = audio.melscale_fbanks(
        _FFT_SIZE // 2 + 1, _LOWEST_HZ, _HIGHEST_HZ, MEL_BANDS, SAMPLE_RATE, None, "htk"
    )
    return filters


def log_mel(speech: Tensor) -> Tensor:
    """Return the log mel power [1 + n // 160 frames, 40 bands] of `speech` [n] at 16 kHz.

    Frame i is centred at sample 160 i. Natural logarithm; nothing is more than 16 nepers below
    the loudest cell.
    """
    emphasised = speech - _PRE_EMPHASIS * functional.pad(speech[:-1], (1, 0))
    frames = functional.pad(emphasised, (_WINDOW // 2, _WINDOW // 2)).unfold(0, _WINDOW, HOP)
    power = [
        torch.fft.rfft(block * _window(), _FFT_SIZE).abs().square() @ _mel_filters()
        for block in frames.split(_BLOCK_FRAMES)
    ]
    log_power = torch.cat(power).clamp_min(_TINY).log()
    return log_power.clamp_min(float(log_power.max()) - _RANGE_NEPERS)


def normalised(log_power: Tensor) -> Tensor:
    """Return `log_power` [frames, bands] with mean 0 and variance 1 in each band.

    So neither the level nor the recording's tone colour counts.
    """
    deviation = log_power.std(0, correction=0)
    return (log_power - log_power.mean(0)) / (deviation + 1e-3)
