"""What a receiver loses of the level, made up for in the level that is sent."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.signal.analysis import centred_magnitude, mel_filters
from gan_audio_compression.signal.around import around, running_median, stretches
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

Codes = NDArray[np.int64]
Precise = NDArray[np.float64]


def corrected_levels(
    codes: Codes,
    magnitude: NDArray[np.floating],
    generated: NDArray[np.floating],
    tones: bool = True,
) -> Codes:
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
    wanted, came = magnitude.astype(np.float64), generated.astype(np.float64)
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


def _added(wanted: Precise, heard: Precise, came: Precise, starts: Sequence[int]) -> Codes:
    """Return what is added to the level codes [frames], so that `heard` gets to `wanted`."""
    added = np.zeros(len(came), np.int64)
    for part, lost in zip(_parts(starts), _losses(wanted, heard, starts), strict=True):
        likeness = _likeness(wanted[part] @ mel_filters(), np.exp(came[part]))
        if likeness >= _LEAST_LIKENESS and abs(lost) <= _LARGEST_LOSS_DB:
            added[part] = -round(lost / LEVEL_STEP_DB)
    return added


def _heard(came: Precise, added: Codes) -> Precise:
    """Return the magnitude [frames, 257] that a receiver makes of a log mel."""
    gains = 10 ** (LEVEL_STEP_DB * added / 20)[:, None]
    synthesiser = Synthesiser()
    waveform = [synthesiser.feed(came, gains), synthesiser.finish(HOP * (len(came) - 1))]
    return centred_magnitude(np.concatenate(waveform)).astype(np.float64)


def _parts(starts: Sequence[int]) -> list[slice]:
    return [slice(*ends) for ends in pairwise([*starts, None])]


def _losses(wanted: Precise, heard: Precise, starts: Sequence[int]) -> list[float]:
    """Return by how many decibels `heard` is too weak in each stretch; both [frames, 257]."""
    powers = ((_power(part[s]) for part in (wanted, heard)) for s in _parts(starts))
    return [10 * math.log10(power / other) for power, other in powers]


def _tones(wanted: Precise, heard: Precise) -> list[int]:
    """Return the frames at which tones that lose much begin, and those after their ends."""
    powers, others = ((part**2).sum(1).clip(_FAINT) for part in (wanted, heard))
    lost_db = 10 * np.log10(powers / others)
    tonal = running_median(_shares_of_peaks(wanted), _SMOOTHED_FRAMES) > _SHARE_OF_TONE
    is_lost = running_median(lost_db, _SMOOTHED_FRAMES) > _SUSPICIOUS_LOSS_DB
    ends = []
    for start, end in stretches(tonal & is_lost):
        lost, loud = lost_db[start:end], powers[start:end].mean() > _LEAST_SHARE * powers.mean()
        if len(lost) >= _FEWEST_FRAMES and loud:
            # Its onset is no tone yet and loses less; raised as much it would be a click.
            usual = np.percentile(lost, 50, method="nearest")
            steady = np.flatnonzero(np.abs(lost - usual) <= _SUSPICIOUS_LOSS_DB)
            ends += [start + steady[0], start + steady[-1] + 1]
    return [int(end) for end in ends if end < len(powers)]


def _shares_of_peaks(magnitude: Precise) -> Precise:
    """Return how much of the power of each frame, 0 to 1, lies next to its strongest bin."""
    powers = magnitude**2
    sums = np.pad(powers.cumsum(axis=1), ((0, 0), (1, 0)))
    peaks = (sums[:, _TONE_BINS:] - sums[:, :-_TONE_BINS]).max(axis=1)
    shares: Precise = peaks / powers.sum(axis=1).clip(_FAINT)
    return shares


def _likeness(mel: Precise, other: Precise) -> float:
    """Return the cosine between the mean powers of two mel spectra, both [frames, 128].

    A tone that comes out in the bands beside its own is alike.
    """
    powers, others = (around((part**2).mean(0), _LIKE_BANDS).mean(1) for part in (mel, other))
    return float(powers @ others / max(np.linalg.norm(powers) * np.linalg.norm(others), _FAINT))


def _power(magnitude: Precise) -> float:
    return max(float((magnitude**2).sum()), _FAINT)
