"""What a receiver loses of the level, made up for in the level that is sent."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

from gan_audio_compression.signal.analysis import centred_magnitude, mel_filters
from gan_audio_compression.signal.level import LEVEL_STEP_DB, LOWEST_LEVEL_CODE
from gan_audio_compression.signal.spec import HOP
from gan_audio_compression.signal.synthesis import mel_to_magnitude, waveform_from_log_mel

# A tone loses up to 25 dB and is a tone all the same; what is less alike is another signal.
_LARGEST_LOSS_DB, _LEAST_LIKENESS = 30.0, 0.5
# Little speech loses as much, and what does is worth listening to.
_SUSPICIOUS_LOSS_DB = 4.0
# The onset and the end of a tone or two; what jumps more often is coarse speech.
_JUMP_FRAMES, _MOST_JUMPS = 5, 4
_FAINT = 1e-30


def corrected_levels(
    codes: NDArray[np.int64], magnitude: Tensor, generated: Tensor
) -> NDArray[np.int64]:
    """Return the level codes that make what a receiver hears as strong as the signal.

    A generator that is trained on logarithms errs towards their mean, which costs energy: one to
    three decibels of speech, more of a tone. What is lost is added to the level that is sent, in
    each stretch of one level. Where the two are not alike the level is left alone, as is silence.

    Args:
        codes: [frames], the levels of the signal.
        magnitude: [frames, 257] of its STFT, at the project's speech level.
        generated: [frames, 128], the log mel that the receiver has.

    Returns:
        [frames], of a signal that is not silent at most 254. A negative code is of a level that is
        too high to be sent.
    """
    wanted, came = magnitude.double().cpu(), generated.double().cpu()
    heard = mel_to_magnitude(came)
    starts = np.flatnonzero(np.diff(codes, prepend=-1)).tolist()
    if max(map(abs, _losses(wanted, heard, starts))) > _SUSPICIOUS_LOSS_DB and len(came) > 1:
        # A waveform cannot have the magnitudes of a tone that the mel bands have smeared.
        waveform = waveform_from_log_mel(came, HOP * (len(came) - 1))
        heard = centred_magnitude(waveform).double()
        starts = sorted({*starts, *_jumps(wanted, heard)})
    corrected = codes.copy()
    for stretch, lost in zip(_stretches(starts), _losses(wanted, heard, starts), strict=True):
        likeness = _likeness(wanted[stretch] @ mel_filters().double(), came[stretch].exp())
        if likeness >= _LEAST_LIKENESS and abs(lost) <= _LARGEST_LOSS_DB:
            corrected[stretch] -= round(lost / LEVEL_STEP_DB)
    return np.where(codes == LOWEST_LEVEL_CODE, codes, corrected.clip(None, LOWEST_LEVEL_CODE - 1))


def _stretches(starts: Sequence[int]) -> list[slice]:
    return [slice(*ends) for ends in pairwise([*starts, None])]


def _losses(wanted: Tensor, heard: Tensor, starts: Sequence[int]) -> list[float]:
    """Return by how many decibels `heard` is too weak in each stretch; both [frames, 257]."""
    powers = ((_power(part[s]) for part in (wanted, heard)) for s in _stretches(starts))
    return [10 * math.log10(power / other) for power, other in powers]


def _jumps(wanted: Tensor, heard: Tensor) -> list[int]:
    """Return the few frames at which what is lost jumps, such as behind the onset of a tone."""
    ratio = wanted.square().sum(1).clamp_min(_FAINT) / heard.square().sum(1).clamp_min(_FAINT)
    lost_db = ndimage.median_filter(10 * ratio.log10().numpy(), _JUMP_FRAMES)
    is_usual = np.abs(lost_db - np.median(lost_db)) <= _SUSPICIOUS_LOSS_DB
    jumps: list[int] = (np.flatnonzero(np.diff(is_usual)) + 1).tolist()
    return jumps if len(jumps) <= _MOST_JUMPS else []


def _likeness(mel: Tensor, other: Tensor) -> float:
    """Return the cosine between the mean powers of two mel spectra, both [frames, 128]."""
    powers, others = mel.square().mean(0), other.square().mean(0)
    return float(powers @ others / (powers.norm() * others.norm()).clamp_min(1e-300))


def _power(magnitude: Tensor) -> float:
    return max(float(magnitude.square().sum()), _FAINT)
