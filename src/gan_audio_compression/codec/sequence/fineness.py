"""The quality that fits: the finest of what the encoder gives within some bytes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.codec.chunk_coder import LogMel
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.codec.sequence.quality import QUALITIES, Quality
from gan_audio_compression.entropy.prior_code import PriorCode

# Below the coarsest quality, 0, latents shrink in so many steps until all symbols are 0; by little
# at first, because many lie just beyond one half.
_SHRINKING_STEPS = 64
EMPTY, FINEST = -_SHRINKING_STEPS, QUALITIES - 1
"""Fineness of a chunk without symbols but zeros, and of the finest quality."""

# A share of the room that is used is enough; a bit of the payload is not looked for.
_ENOUGH = 0.99
# Nepers of code length from one quality to the next, as a first guess. After so many guesses
# halving is surer.
_SLOPE = math.log(6) / QUALITIES
_GUESSES = 6
SIDE_BYTES = 1
"""Bytes of a payload before its symbols: the quality."""


@dataclass(frozen=True, eq=False)
class Trial:
    """What a fineness gives; from the finest quality, 255, to 0 and, shrunk, on to -64."""

    model: SequenceModel
    fineness: int
    symbols: NDArray[np.int64]

    @property
    def quality(self) -> Quality:
        """The quality that the payload says."""
        return Quality(max(self.fineness, 0))

    @cached_property
    def bits(self) -> float:
        """Ideal code length of the symbols."""
        return float(self._code.length)

    @cached_property
    def payload(self) -> bytes:
        """The quality as a byte, and the symbols coded by the prior."""
        return bytes([self.quality.index]) + self._code.payload()

    @cached_property
    def _code(self) -> PriorCode:
        return self.model.prior.code(self.symbols, self.quality.fixed_point)


class QualityFinder:
    """Finds the finest quality that fits, beginning with the one that fitted last.

    Args:
        model: the codec.
    """

    def __init__(self, model: SequenceModel) -> None:
        self._model = model
        self._expected = QUALITIES // 2

    def finest(self, log_mel: LogMel, max_bytes: int | None) -> Trial | None:
        """Return the finest of what the encoder gives that fits, None if nothing does.

        Args:
            log_mel: [T, 128] of a chunk, in nepers.
            max_bytes: of the payload; None for any number.
        """
        if max_bytes is None:
            return self.trial(log_mel, FINEST)
        room = 8.0 * (max_bytes - SIDE_BYTES)
        while trial := self.finest_within(log_mel, room):
            excess = len(trial.payload) - max_bytes
            if excess <= 0:
                self._expected = trial.fineness
                return trial
            # The coder needs some bits more than the ideal code length.
            room = trial.bits - 8.0 * excess
            self._expected = trial.fineness - 1
        return None

    def finest_within(self, log_mel: LogMel, max_bits: float) -> Trial | None:
        """Return the finest trial with a code length of at most `max_bits`, or nearly so."""
        best, fits, beyond = None, EMPTY - 1, FINEST + 1
        wanted = math.log1p(max(max_bits, 0.0))
        lengths: dict[int, float] = {}
        probe = self._expected
        while beyond - fits > 1:
            trial = self.trial(log_mel, min(max(probe, fits + 1), beyond - 1))
            lengths[trial.fineness] = math.log1p(trial.bits)
            if trial.bits <= max_bits:
                best, fits = trial, trial.fineness
                if trial.bits >= _ENOUGH * max_bits:
                    break
            else:
                beyond = trial.fineness
            probe = _next_guess(lengths, fits, beyond, wanted)
        return best

    def trial(self, log_mel: LogMel, fineness: int) -> Trial:
        """Return what the encoder gives at a fineness."""
        quality = Quality(max(fineness, 0))
        symbols = self._model.symbols(log_mel, quality, shrinkage(fineness))
        return Trial(self._model, fineness, symbols)


def _next_guess(lengths: Mapping[int, float], fits: int, beyond: int, wanted: float) -> int:
    """Return where the logarithm of the code length may be what is wanted.

    Args:
        lengths: what it is at each fineness that was tried.
        fits: the finest that was found to fit, or below the coarsest there is.
        beyond: the coarsest that was found not to fit, or above the finest there is.
        wanted: it.
    """
    if len(lengths) >= _GUESSES:
        return (fits + beyond) // 2
    if fits in lengths and beyond in lengths:
        share = (wanted - lengths[fits]) / (lengths[beyond] - lengths[fits])
        return fits + math.floor(share * (beyond - fits))
    last = fits if fits in lengths else beyond
    return last + math.floor((wanted - lengths[last]) / _SLOPE)


def shrinkage(fineness: int) -> float:
    """Return the factor on the latents, 1 down to 0 for the fineness of an empty chunk."""
    return 1 - (min(fineness, 0) / _SHRINKING_STEPS) ** 2
