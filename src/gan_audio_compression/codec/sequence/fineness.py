"""The quality that fits: the finest of what the encoder gives within some bytes."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.codec.chunk_coder import LogMel
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.codec.sequence.quality import QUALITIES, Quality

# Below the coarsest quality, 0, latents shrink in so many steps until all symbols are 0; by little
# at first, because many lie just beyond one half.
_SHRINKING_STEPS = 64
EMPTY, FINEST = -_SHRINKING_STEPS, QUALITIES - 1
"""Fineness of a chunk without symbols but zeros, and of the finest quality."""

# A share of the room that is used is enough; a bit of the payload is not looked for.
_ENOUGH = 0.99
# Nepers of code length from one quality to the next, as a first guess.
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
        return float(self.model.prior.code_length(self.symbols, self.quality.fixed_point))

    @cached_property
    def payload(self) -> bytes:
        """The quality as a byte, and the symbols coded by the prior."""
        symbols = self.model.prior.encode(self.symbols, self.quality.fixed_point)
        return bytes([self.quality.index]) + symbols


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
        return None

    def finest_within(self, log_mel: LogMel, max_bits: float) -> Trial | None:
        """Return the finest trial with a code length of at most `max_bits`, or nearly so."""
        best, fits, beyond = None, EMPTY - 1, FINEST + 1
        probe, guesses = self._expected, 0
        while beyond - fits > 1:
            trial = self.trial(log_mel, min(max(probe, fits + 1), beyond - 1))
            guesses += 1
            if trial.bits <= max_bits:
                best, fits = trial, trial.fineness
                if trial.bits >= _ENOUGH * max_bits:
                    break
            else:
                beyond = trial.fineness
            probe = (fits + beyond) // 2
            if guesses < _GUESSES and max_bits > 0:
                missing = math.log(max_bits) - math.log(max(trial.bits, 1.0))
                probe = trial.fineness + math.floor(missing / _SLOPE)
        return best

    def trial(self, log_mel: LogMel, fineness: int) -> Trial:
        """Return what the encoder gives at a fineness."""
        quality = Quality(max(fineness, 0))
        symbols = self._model.symbols(log_mel, quality, shrinkage(fineness))
        return Trial(self._model, fineness, symbols)


def shrinkage(fineness: int) -> float:
    """Return the factor on the latents, 1 down to 0 for the fineness of an empty chunk."""
    return 1 - (min(fineness, 0) / _SHRINKING_STEPS) ** 2
