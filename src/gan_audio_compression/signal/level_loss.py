"""What a receiver loses of the level, made up for in the level that is sent."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

from gan_audio_compression.signal.analysis import centred_magnitude, mel_filters
from gan_audio_compression.signal.level import LEVEL_STEP_DB, LOWEST_LEVEL_CODE
from gan_audio_compression.signal.magnitude import mel_to_magnitude
from gan_audio_compression.signal.spec import HOP
from gan_audio_compression.signal.synthesis import Synthesiser

# A tone loses up to 25 dB and is a tone all the same; what is less alike is another signal.
_LARGEST_LOSS_DB, _LEAST_LIKENESS, _LIKE_BANDS = 30.0, 0.5, 5
# Little speech loses as much, and what does is worth listening to.
_SUSPICIOUS_LOSS_DB = 4.0
# A moment of 128 ms may be a tone, which has nearly all of its power within 5 bins of 31 Hz.
_FEWEST_FRAMES, _TONE_BINS, _SHARE_OF_TONE = 16, 5, 0.8
_SMOOTHED_FRAMES, _LEAST_SHARE = 5, 0.01
_FAINT = 1e-30


def corrected_levels(
    codes: NDArray[np.int64], magnitude: Tensor, generated: Tensor, tones: bool = True
) -> NDArray[np.int64]:
    """Return the level codes that make what a receiver hears as strong as the signal.

    A generator that is trained on logarithms errs towards their mean, which costs energy: one to
    three decibels of speech, more of a tone. What is lost is added to the level that is sent, in
    each stretch of one level. Where the two are not alike the level is left alone, as is silence.

    Args:
        codes: [frames], the levels of the signal.
        magnitude: [frames, 257] of its STFT, at the project's speech level.
        generated: [frames, 128], the log mel that the receiver has.
        tones: whether moments that lose much may have levels of their own.

    Returns:
        [frames], of a signal that is not silent at most 254. A negative code is of a level that is
        too high to be sent.
    """
    wanted, came = magnitude.double().cpu(), generated.double().cpu()
    heard = mel_to_magnitude(came)
    starts = np.flatnonzero(np.diff(codes, prepend=-1)).tolist()
    suspicious = max(map(abs, _losses(wanted, heard, starts))) > _SUSPICIOUS_LOSS_DB
    if (suspicious or _tones(wanted, heard)) and len(came) > 1:
        # A waveform cannot have the magnitudes of a tone that the mel bands have smeared.
        heard = _heard(came, np.zeros_like(codes))
        if tones:
            starts = sorted({*starts, *_tones(wanted, heard)})
        added = _added(wanted, heard, came, starts)
        # Nor does a tone come out as strong where what is around it has other gains.
        added += _added(wanted, _heard(came, added), came, starts)
    else:
        added = _added(wanted, heard, came, starts)
    corrected = (codes + added).clip(None, LOWEST_LEVEL_CODE - 1)
    return np.where(codes == LOWEST_LEVEL_CODE, codes, corrected)


def _added(wanted: Tensor, heard: Tensor, came: Tensor, starts: Sequence[int]) -> NDArray[np.int64]:
    """Return what is added to the level codes [frames], so that `heard` gets to `wanted`."""
    added = np.zeros(len(came), np.int64)
    for stretch, lost in zip(_stretches(starts), _losses(wanted, heard, starts), strict=True):
        likeness = _likeness(wanted[stretch] @ mel_filters().double(), came[stretch].exp())
        if likeness >= _LEAST_LIKENESS and abs(lost) <= _LARGEST_LOSS_DB:
            added[stretch] = -round(lost / LEVEL_STEP_DB)
    return added


def _heard(came: Tensor, added: NDArray[np.int64]) -> Tensor:
    """Return the magnitude [frames, 257] that a receiver makes of a log mel."""
    gains = torch.from_numpy(10 ** (LEVEL_STEP_DB * added / 20))[:, None]
    synthesiser = Synthesiser()
    waveform = [synthesiser.feed(came, gains), synthesiser.finish(HOP * (len(came) - 1))]
    return centred_magnitude(torch.cat(waveform)).double()


def _stretches(starts: Sequence[int]) -> list[slice]:
    return [slice(*ends) for ends in pairwise([*starts, None])]


def _losses(wanted: Tensor, heard: Tensor, starts: Sequence[int]) -> list[float]:
    """Return by how many decibels `heard` is too weak in each stretch; both [frames, 257]."""
    powers = ((_power(part[s]) for part in (wanted, heard)) for s in _stretches(starts))
    return [10 * math.log10(power / other) for power, other in powers]


def _tones(wanted: Tensor, heard: Tensor) -> list[int]:
    """Return the frames at which tones that lose much begin, and those after their ends."""
    powers, others = (part.square().sum(1).clamp_min(_FAINT).numpy() for part in (wanted, heard))
    lost_db = 10 * np.log10(powers / others)
    smoothed = ndimage.median_filter(lost_db, _SMOOTHED_FRAMES)
    tonal = ndimage.median_filter(_shares_of_peaks(wanted), _SMOOTHED_FRAMES) > _SHARE_OF_TONE
    labels, _ = ndimage.label(tonal & (smoothed > _SUSPICIOUS_LOSS_DB))
    ends = []
    for (moment,) in ndimage.find_objects(labels):
        lost = lost_db[moment]
        if len(lost) >= _FEWEST_FRAMES and powers[moment].mean() > _LEAST_SHARE * powers.mean():
            # Its onset is no tone yet and loses less; raised as much it would be a click.
            usual = np.percentile(lost, 50, method="nearest")
            steady = np.flatnonzero(np.abs(lost - usual) <= _SUSPICIOUS_LOSS_DB)
            ends += [moment.start + steady[0], moment.start + steady[-1] + 1]
    return [int(end) for end in ends if end < len(powers)]


def _shares_of_peaks(magnitude: Tensor) -> NDArray[np.float64]:
    """Return how much of the power of each frame, 0 to 1, lies next to its strongest bin."""
    powers = magnitude.square().numpy()
    peaks = _TONE_BINS * ndimage.uniform_filter1d(powers, _TONE_BINS, mode="constant").max(axis=1)
    shares: NDArray[np.float64] = peaks / powers.sum(axis=1).clip(_FAINT)
    return shares


def _likeness(mel: Tensor, other: Tensor) -> float:
    """Return the cosine between the mean powers of two mel spectra, both [frames, 128].

    A tone that comes out in the bands beside its own is alike.
    """
    powers, others = (part.square().mean(0).numpy() for part in (mel, other))
    powers, others = (ndimage.uniform_filter1d(part, _LIKE_BANDS) for part in (powers, others))
    return float(powers @ others / max(np.linalg.norm(powers) * np.linalg.norm(others), _FAINT))


def _power(magnitude: Tensor) -> float:
    return max(float(magnitude.square().sum()), _FAINT)
