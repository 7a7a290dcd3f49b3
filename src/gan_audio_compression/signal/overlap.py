"""From frames of 512 samples, one every 128, back to one signal."""

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.signal.analysis import hann_window
from gan_audio_compression.signal.spec import BINS, FFT_SIZE, HOP

_HOPS = FFT_SIZE // HOP
_SMALLEST_WINDOW_POWER = 1e-3

Precise = NDArray[np.float64]


def overlap_add(frames: Precise) -> Precise:
    """Return the sum [512 + 128 * (frames - 1)] of `frames` [frames, 512], one every 128."""
    hops = frames.reshape(len(frames), _HOPS, HOP)
    total = np.zeros((len(frames) + _HOPS - 1, HOP))
    for hop in range(_HOPS):
        total[hop : hop + len(frames)] += hops[:, hop]
    return total.reshape(-1)


def overlap_gain(frames: int) -> Precise:
    """Return what makes the windowed inverse of an STFT the signal: 1 / sum of squared windows."""
    squares = np.square(hann_window(), dtype=np.float64)
    total = overlap_add(np.broadcast_to(squares, (frames, FFT_SIZE)))
    return 1.0 / total.clip(_SMALLEST_WINDOW_POWER)


def spectrum_gradient(gradient: NDArray[np.complex128]) -> Precise:
    """Return the gradient [512 + 128 * (frames - 1)] by the signal, given that by its STFT.

    Args:
        gradient: complex [frames, 257], by the real part plus i times that by the imaginary part.
    """
    # The inverse FFT divides by its size, and counts all bins but the two outermost twice.
    scale = np.full(BINS, FFT_SIZE / 2)
    scale[0] = scale[-1] = FFT_SIZE
    return overlap_add(np.fft.irfft(gradient * scale, FFT_SIZE) * hann_window())
