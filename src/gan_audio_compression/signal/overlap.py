"""From frames of 512 samples, one every 128, back to one signal."""

import torch
from torch import Tensor

from gan_audio_compression.signal.analysis import hann_window
from gan_audio_compression.signal.spec import FFT_SIZE, HOP

_HOPS = FFT_SIZE // HOP
_SMALLEST_WINDOW_POWER = 1e-3


def overlap_add(frames: Tensor) -> Tensor:
    """Return the sum [512 + 128 * (frames - 1)] of `frames` [frames, 512], one every 128."""
    hops = frames.reshape(len(frames), _HOPS, HOP)
    total = frames.new_zeros(len(frames) + _HOPS - 1, HOP)
    for hop in range(_HOPS):
        total[hop : hop + len(frames)] += hops[:, hop]
    return total.flatten()


def overlap_gain(frames: int) -> Tensor:
    """Return what makes the windowed inverse of an STFT the signal: 1 / sum of squared windows."""
    total = overlap_add(hann_window().double().square().expand(frames, FFT_SIZE))
    return total.clamp_min(_SMALLEST_WINDOW_POWER).reciprocal()


def spectrum_gradient(gradient: Tensor) -> Tensor:
    """Return the gradient [512 + 128 * (frames - 1)] by the signal, given that by its STFT.

    Args:
        gradient: complex [frames, 257], by the real part plus i times that by the imaginary part.
    """
    # The inverse FFT divides by its size, and counts all bins but the two outermost twice.
    scale = torch.full((FFT_SIZE // 2 + 1,), FFT_SIZE / 2).to(gradient.real)
    scale[0] = scale[-1] = FFT_SIZE
    frames = torch.fft.irfft(gradient * scale, FFT_SIZE)
    return overlap_add(frames * hann_window().to(frames))
