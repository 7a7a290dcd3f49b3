"""Steady noise: of a sound that only flutters around its spectrum, the spectrum is what matters.

A listener does not know one flutter of noise from another. So the sender codes the average, which
costs next to nothing, and the receiver gives it the texture of noise again.
"""

from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.signal.analysis import log_mel_spectrogram
from gan_audio_compression.signal.around import around, stretches
from gan_audio_compression.signal.spec import SAMPLE_RATE, SPEECH_LEVEL_DB
from gan_audio_compression.signal.texture import white_noise

PIECE = 128
"""Frames over which a steady sound is averaged: 1 s, counted from the first frame there is."""

# Frames on either side of one that tell whether it is steady: 0.2 s.
_REACH = 24
_GROUPS = 8
# Times the flutter of white noise, in any group of bands, in a window of 0.4 s.
_MOST_FLUTTER = 1.15
_FADE = 8


def averaged_where_steady(log_mel: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return `log_mel` [frames, 128], in nepers, with the average in place of steady noise."""
    averaged = log_mel.copy()
    for start, end in stretches(_is_steady(log_mel)):
        if end - start <= 2 * _REACH:
            continue
        rising = np.arange(1, end - start + 1, dtype=np.float32) / _FADE
        begins = np.ones_like(rising) if start == 0 else rising
        ends = np.ones_like(rising) if end == len(log_mel) else rising[::-1]
        share = np.minimum(begins, ends).clip(None, 1)[:, None]
        for first, last in _pieces(start, end):
            piece = averaged[first:last]
            piece += share[first - start : last - start] * (log_mel[first:last].mean(0) - piece)
    return averaged


def _is_steady(log_mel: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return whether each frame is in a window that flutters no more than noise does, [frames]."""
    precise = log_mel.astype(np.float64)
    variance = _moving_mean(precise**2, _REACH) - _moving_mean(precise, _REACH) ** 2
    flutter = np.sqrt(variance.clip(0)) / _noise_deviation()
    groups = flutter.reshape(len(log_mel), _GROUPS, -1).mean(-1).max(1)
    near: NDArray[np.bool_] = around(groups, 2 * _REACH + 1).min(1) < _MOST_FLUTTER
    return near


def _pieces(start: int, end: int) -> list[tuple[int, int]]:
    """Divide a stretch where a second ends; a piece that would be less than half of one is none."""
    inner = range(-(-start // PIECE) * PIECE, end, PIECE)
    edges = [at for at in inner if min(at - start, end - at) >= PIECE // 2]
    return list(pairwise([start, *edges, end]))


def _moving_mean(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """Return the mean over `reach` frames on either side, fewer at the ends, of [frames, bands]."""
    sums = np.pad(values.cumsum(0), ((1, 0), (0, 0)))
    frames = np.arange(len(values))
    first, last = (frames - reach).clip(0), (frames + reach + 1).clip(None, len(values))
    mean: NDArray[np.float64] = (sums[last] - sums[first]) / (last - first)[:, None]
    return mean


@cache
def _noise_deviation() -> NDArray[np.float64]:
    """Return how much the log mel of white noise at the speech level flutters, [128] in nepers."""
    # Of all of NumPy's generators the one whose stream is promised to stay.
    draws = np.random.RandomState(0).random_sample(60 * SAMPLE_RATE)
    log_mel = log_mel_spectrogram(white_noise(draws) * 10 ** (SPEECH_LEVEL_DB / 20))
    deviation: NDArray[np.float64] = log_mel.std(0)
    return deviation
