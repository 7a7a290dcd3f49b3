"""Two recordings of any length: laid side by side, and scored in pieces."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.evaluation.alignment import AlignmentError, find_delay
from gan_audio_compression.evaluation.metrics import score_utterance
from gan_audio_compression.evaluation.pesq_measures import LONGEST
from gan_audio_compression.signal.level import LOWEST_LEVEL_CODE, active_level_db, level_code
from gan_audio_compression.signal.spec import SAMPLE_RATE

Wave = NDArray[np.float32]

LARGEST_DELAY = 2.0
"""Seconds by which a recording may come late or early."""

# A codec that makes up phases leaves the delay uncertain by as much, which no measure notices.
_LEAST_DELAY = SAMPLE_RATE // 1000
_DELAY_SAMPLES = 30 * SAMPLE_RATE
# What is weaker than the recording by more than this is a pause, as where levels are measured.
_PAUSE_DB = 35.0


@dataclass(frozen=True)
class Pair:
    """A stretch of two recordings side by side, [n] each at 16 kHz.

    Attributes:
        start: seconds into the reference.
        reference: the original.
        degraded: what became of it.
    """

    start: float
    reference: Wave
    degraded: Wave

    @property
    def seconds(self) -> float:
        """Length of both."""
        return len(self.reference) / SAMPLE_RATE

    @property
    def gain_db(self) -> float | None:
        """How much stronger the speech is in the degraded one, in dB; None where one is silent."""
        levels = [active_level_db(wave) for wave in (self.reference, self.degraded)]
        if LOWEST_LEVEL_CODE in map(level_code, levels):
            return None
        return levels[1] - levels[0]


def measure_delay(reference: Wave, degraded: Wave) -> int | None:
    """Return how many samples `degraded` comes late, early where negative.

    It is found from the 30 s in which the reference is strongest. Less than a millisecond counts
    as no delay.

    Returns:
        At most 2 s both ways; None where the two are unlike each other at all delays.
    """
    start = _strongest(reference[: len(degraded)])
    part = slice(start, start + _DELAY_SAMPLES)
    try:
        delay = find_delay(reference[part], degraded[part], LARGEST_DELAY)
    except AlignmentError:
        return None
    return delay if abs(delay) >= _LEAST_DELAY else 0


def side_by_side(reference: Wave, degraded: Wave, delay: int) -> Pair:
    """Return what both recordings have, the second of which comes `delay` samples late."""
    early = max(0, -delay)
    reference, degraded = reference[early:], degraded[max(0, delay) :]
    length = min(len(reference), len(degraded))
    return Pair(early / SAMPLE_RATE, reference[:length], degraded[:length])


def pieces_of(pair: Pair) -> list[Pair]:
    """Cut recordings into pieces of one length that PESQ takes, and leave out the pauses."""
    count = math.ceil(pair.seconds / LONGEST)
    bounds = np.linspace(0, len(pair.reference), count + 1).astype(int)
    pieces = [
        Pair(pair.start + start / SAMPLE_RATE, pair.reference[start:end], pair.degraded[start:end])
        for start, end in pairwise(bounds)
    ]
    floor = active_level_db(pair.reference) - _PAUSE_DB
    return [piece for piece in pieces if active_level_db(piece.reference) >= floor]


def score_pieces(pieces: Iterable[Pair]) -> tuple[dict[str, float], list[str]]:
    """Return the mean of each figure over the pieces, by name, and the reasons for what is missing.

    A mean is over those pieces that have the figure, and NaN where none has.
    """
    columns: dict[str, list[float]] = {}
    reasons: list[tuple[Pair, str]] = []
    count = 0
    for piece in pieces:
        count += 1
        for name, score in score_utterance(piece.reference, piece.degraded).items():
            if isinstance(score, float):
                columns.setdefault(name, []).append(score)
            elif score is not None:
                reasons.append((piece, score))
    means = {name: _mean(column) for name, column in columns.items()}
    texts = {reason for _, reason in reasons}
    if len(reasons) == count and len(texts) == 1:
        return means, list(texts)
    return means, [
        f"From {piece.start:.1f} to {piece.start + piece.seconds:.1f} s: {reason}"
        for piece, reason in reasons
    ]


def _strongest(wave: Wave) -> int:
    """Return where those 30 s begin that have the most energy."""
    energy = np.concatenate([[0.0], np.cumsum(np.square(wave, dtype=np.float64))])
    starts = np.arange(0, max(1, len(wave) - _DELAY_SAMPLES), SAMPLE_RATE)
    ends = np.minimum(starts + _DELAY_SAMPLES, len(wave))
    return int(starts[np.argmax(energy[ends] - energy[starts])])


def _mean(values: list[float]) -> float:
    known = [value for value in values if math.isfinite(value)]
    return sum(known) / len(known) if known else math.nan
