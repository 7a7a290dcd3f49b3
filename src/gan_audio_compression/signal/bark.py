"""Power in the bands of hearing, as ITU-T P.862 compares speech: from a log mel.

A power is relative to 0 dB SPL; speech at the project's level is heard at 88 dB SPL. P.862 brings
speech to about that: its tone of 40 dB SPL has an amplitude of 29.54, its speech a power of 1e7
between 350 and 3250 Hz. Of 73 to 91 dB it meets narrow-band PESQ with the least bias.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.signal.analysis import hann_window, mel_filters, mel_triangles
from gan_audio_compression.signal.own_state import own_state
from gan_audio_compression.signal.spec import (
    BINS,
    FFT_SIZE,
    SAMPLE_RATE,
    SPEECH_LEVEL_DB,
)

Band = Literal["narrow", "wide"]
"""What a listener gets: 4 kHz through a telephone, P.862, or 8 kHz, P.862.2."""
BANDS: tuple[Band, ...] = get_args(Band)

_LISTENING_LEVEL_DB = 88.0
_BIN_WIDTH = SAMPLE_RATE / FFT_SIZE
_COUNT_AND_LIMIT = {"narrow": (42, 4000.0), "wide": (49, 8000.0)}

# What a listener hears through, Hz and dB: a telephone's receiver, or a mere high pass.
_TELEPHONE = (
    (0.0, -60.0),
    (100.0, -32.0),
    (200.0, -12.0),
    (300.0, -6.0),
    (500.0, -1.0),
    (700.0, 0.0),
    (3250.0, 0.0),
    (3500.0, -8.0),
    (4000.0, -60.0),
)
_HEADPHONE = ((0.0, -60.0), (50.0, -12.0), (100.0, -3.0), (150.0, 0.0), (8000.0, 0.0))


@dataclass(frozen=True, eq=False)
class BarkScale:
    """Bands of equal width on the scale of hearing.

    Attributes:
        width: of a band in Bark.
        threshold: power that is just heard in each band, [bands].
        exponent: of Zwicker's law in each band, [bands].
        from_mel: [128, bands], from the squared mel-weighted magnitudes; none is negative.
    """

    width: float
    threshold: Tensor
    exponent: Tensor
    from_mel: Tensor


@cache
@own_state()
def bark_scale(band: Band, dtype: torch.dtype, device: torch.device) -> BarkScale:
    """Return the 42 bands up to 4 kHz or the 49 up to 8 kHz, with what the listener hears through.

    The scale is that of Schroeder, Atal and Hall (1979).
    """
    count, limit_hz = _COUNT_AND_LIMIT[band]
    edges = np.linspace(0.0, 7.0 * math.asinh(limit_hz / 650.0), count + 1)
    centres = (edges[1:] + edges[:-1]) / 2
    edges_hz, centres_hz = (650.0 * np.sinh(rate / 7.0) for rate in (edges, centres))
    from_bins = _bin_weights(edges_hz, _TELEPHONE if band == "narrow" else _HEADPHONE)
    # Loudness rises faster with power below 4 Bark, as in P.862.
    exponent = 0.23 * np.clip(6.0 / (centres + 2.0), 1.0, 2.0) ** 0.15
    arrays = _hearing_threshold(centres_hz), exponent, _mel_weights(from_bins)
    tensors = (torch.from_numpy(array).to(device, dtype) for array in arrays)
    return BarkScale(float(edges[1]), *tensors)


def power_of_log_mel(log_mel: Tensor, band: Band) -> Tensor:
    """Return the power [..., frames, bands] of `log_mel` [..., frames, 128], in nepers.

    The power between two mel bands is interpolated. No weight is negative: energy cannot hide
    where neighbouring bands cancel, as it can from the pseudo-inverse.
    """
    return (2.0 * log_mel).exp() @ bark_scale(band, log_mel.dtype, log_mel.device).from_mel


def _bin_weights(
    edges: NDArray[np.float64], response: Sequence[tuple[float, float]]
) -> NDArray[np.float64]:
    """Return [257, bands]: what a bin's power adds to the bands between `edges` in Hz."""
    bins = np.arange(BINS)
    low, high = ((bins[:, None] + side) * _BIN_WIDTH for side in (-0.5, 0.5))
    overlap = np.minimum(high, edges[1:]) - np.maximum(low, edges[:-1])
    # The sum over the bins of a signal of power 1.
    window_power = float(np.square(hann_window(), dtype=np.float64).sum())
    full_scale_db = 10 * math.log10(window_power * FFT_SIZE / 2)
    calibration_db = _LISTENING_LEVEL_DB - SPEECH_LEVEL_DB - full_scale_db
    frequencies, decibels = np.transpose(response)
    heard_db = np.interp(bins * _BIN_WIDTH, frequencies, decibels) + calibration_db
    weights: NDArray[np.float64] = overlap.clip(0.0) / _BIN_WIDTH * 10 ** (heard_db[:, None] / 10)
    return weights


def _mel_weights(from_bins: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return [128, bands]: a bin has the mean power of its two mel bands, the nearer counts more.

    The triangles of the mel filters, brought to one height, are just these weights.
    """
    mean_of_magnitudes = mel_filters().sum(0, dtype=np.float64)[:, None]
    # PyTorch keeps to one thread; those of NumPy would go on in a loop for a while.
    triangles = torch.from_numpy(mel_triangles()).double()
    weights: NDArray[np.float64] = (triangles.T @ torch.from_numpy(from_bins)).numpy()
    weights /= mean_of_magnitudes**2
    return weights


def _hearing_threshold(frequencies: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the absolute threshold at frequencies in Hz (Terhardt, 1979), as a power."""
    kilohertz = frequencies / 1000.0
    decibels: NDArray[np.float64] = (
        3.64 * kilohertz**-0.8 - 6.5 * np.exp(-0.6 * (kilohertz - 3.3) ** 2) + 1e-3 * kilohertz**4
    )
    return 10 ** (decibels / 10)
