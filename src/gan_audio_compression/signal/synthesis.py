"""From a log mel spectrogram back to a waveform."""

from functools import cache

import torch
import torchaudio.functional as audio
from torch import Tensor
from torch.nn import functional

from gan_audio_compression.signal.analysis import frame_count, hann_window, mel_filters
from gan_audio_compression.signal.spec import FFT_SIZE, FLOOR, HOP

GRIFFIN_LIM_ITERATIONS = 64
GRIFFIN_LIM_MOMENTUM = 0.99

SYNTHESIS = f"pseudo-inverse, Griffin-Lim {GRIFFIN_LIM_ITERATIONS}/{GRIFFIN_LIM_MOMENTUM}"
"""Names this method wherever a result depends on it: change it when the method changes."""


@cache
def _inverse_mel_filters() -> Tensor:
    inverse: Tensor = torch.linalg.pinv(mel_filters())
    return inverse


def mel_to_magnitude(log_mel: Tensor) -> Tensor:
    """Return the STFT magnitude [257, frames] whose mel is nearest to `log_mel` [frames, 128].

    The pseudo-inverse of the filters, clipped at zero.
    """
    inverse = _inverse_mel_filters().to(log_mel.device)
    return (log_mel.exp() @ inverse).clamp_min(0.0).T


def waveform_from_log_mel(log_mel: Tensor, samples: int) -> Tensor:
    """Return [samples] whose log mel spectrogram is near `log_mel` [1 + samples // 128, 128].

    The phase is found by the fast Griffin-Lim algorithm (Perraudin, Balazs, Soendergaard, 2013),
    started from zero phase, so that equal input gives equal output.
    """
    # The algorithm's own STFT reflects half a window at the edges and needs that much signal.
    longer = max(samples, FFT_SIZE)
    missing = frame_count(longer) - len(log_mel)
    padded = functional.pad(log_mel, (0, 0, 0, missing), value=FLOOR)
    waveform: Tensor = audio.griffinlim(
        mel_to_magnitude(padded),
        window=hann_window().to(log_mel.device),
        n_fft=FFT_SIZE,
        hop_length=HOP,
        win_length=FFT_SIZE,
        power=1.0,
        n_iter=GRIFFIN_LIM_ITERATIONS,
        momentum=GRIFFIN_LIM_MOMENTUM,
        length=longer,
        rand_init=False,
    )
    return waveform[:samples]
