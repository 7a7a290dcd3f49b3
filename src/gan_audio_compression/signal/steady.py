"""Steady noise: of a sound that only flutters around its spectrum, the spectrum is what matters.

A listener does not know one flutter of noise from another. So the sender codes the average, which
costs next to nothing, and the receiver gives it the texture of noise again.
"""

from functools import cache
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn import functional

from gan_audio_compression.signal.analysis import log_mel_spectrogram
from gan_audio_compression.signal.spec import MEL_BANDS, SAMPLE_RATE, SPEECH_LEVEL_DB
from gan_audio_compression.signal.texture import white_noise
from gan_audio_compression.signal.torch_state import own_torch_state

PIECE = 128
"""Frames over which a steady sound is averaged: 1 s, counted from the first frame there is."""

# Frames on either side of one that tell whether it is steady: 0.2 s.
_REACH = 24
_GROUPS = 8
# Times the flutter of white noise, in any group of bands, in a window of 0.4 s.
_MOST_FLUTTER = 1.15
_FADE = 8


def averaged_where_steady(log_mel: Tensor) -> Tensor:
    """Return `log_mel` [frames, 128], in nepers, with the average in place of steady noise."""
    averaged = log_mel.clone()
    for start, end in stretches(_is_steady(log_mel)):
        if end - start <= 2 * _REACH:
            continue
        rising = torch.arange(1, end - start + 1, dtype=log_mel.dtype) / _FADE
        begins = torch.ones_like(rising) if start == 0 else rising
        ends = torch.ones_like(rising) if end == len(log_mel) else rising.flip(0)
        share = torch.minimum(begins, ends).clamp_max(1)[:, None]
        for first, last in _pieces(start, end):
            mean = log_mel[first:last].mean(0)
            averaged[first:last].lerp_(mean, share[first - start : last - start])
    return averaged


def stretches(flags: Tensor) -> list[tuple[int, int]]:
    """Return start and end of each run of flags [n] that are set."""
    edges = functional.pad(flags.int(), (1, 1)).diff().nonzero().flatten().tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))


def _is_steady(log_mel: Tensor) -> Tensor:
    """Return whether each frame is in a window that flutters no more than noise does, [frames]."""
    mean = _moving_mean(log_mel, _REACH)
    variance = (_moving_mean(log_mel.square(), _REACH) - mean.square()).clamp_min(0)
    flutter = (variance.sqrt() / _noise_deviation()).unflatten(1, (_GROUPS, -1)).mean(-1).amax(1)
    steady = (flutter < _MOST_FLUTTER).float()[None, None]
    return functional.max_pool1d(steady, 2 * _REACH + 1, 1, _REACH)[0, 0] > 0


def _pieces(start: int, end: int) -> list[tuple[int, int]]:
    """Divide a stretch where a second ends; a piece that would be less than half of one is none."""
    inner = range(-(-start // PIECE) * PIECE, end, PIECE)
    edges = [at for at in inner if min(at - start, end - at) >= PIECE // 2]
    return list(pairwise([start, *edges, end]))


def _moving_mean(values: Tensor, reach: int) -> Tensor:
    """Return the mean over `reach` frames on either side, fewer at the ends, of [frames, bands]."""
    sums = functional.pad(values.double().cumsum(0), (0, 0, 1, 0))
    frames = torch.arange(len(values))
    first, last = (frames - reach).clamp_min(0), (frames + reach + 1).clamp_max(len(values))
    mean: Tensor = (sums[last] - sums[first]) / (last - first)[:, None]
    return mean.to(values)


@cache
@own_torch_state()
def _noise_deviation() -> Tensor:
    """Return how much the log mel of white noise at the speech level flutters, [128] in nepers."""
    draws = torch.rand(60 * SAMPLE_RATE, generator=torch.Generator().manual_seed(0))
    log_mel = log_mel_spectrogram(white_noise(draws) * 10 ** (SPEECH_LEVEL_DB / 20))
    deviation: Tensor = log_mel.std(0)
    return deviation.reshape(MEL_BANDS)
