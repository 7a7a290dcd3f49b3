"""Rate control of the sequence codec: the quality that fits, and a search that keeps to its bits.

The quality of a chunk is the finest whose payload fits. A search saves bits at the lambda of that
quality, so it starts from a finer one; on its way lambda rises where there are too
many bits and falls where there are too few, and what is still too long in the end is trimmed.
"""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.problem import best_of_each
from gan_audio_compression.codec.search.strategies import STRATEGIES
from gan_audio_compression.codec.sequence.float_prior import bits_under
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.codec.sequence.problem import SequenceProblem
from gan_audio_compression.codec.sequence.quality import QUALITIES, Quality

# Below the coarsest quality, 0, latents shrink in so many steps until all symbols are 0; by little
# at first, because many lie just beyond one half.
_SHRINKING_STEPS = 64
EMPTY, FINEST = -_SHRINKING_STEPS, QUALITIES - 1
"""Fineness of a chunk without symbols but zeros, and of the finest quality."""

# A share of the room that is used is enough; a bit of the payload is not looked for.
_ENOUGH = 0.99
# The coder may need so many bits more than the ideal code length.
_CODER_BITS = 24.0
_FEWEST_BITS = 64.0
# Few bits go with lambda to the power -1 / 10.
_LAMBDA_EXPONENT = 10.0
# Nepers of code length from one quality to the next, as a first guess.
_SLOPE = math.log(6) / QUALITIES
_GUESSES = 6
_SIDE_BYTES = 1

# How much lambda grows with the share that bits are too many, and the most that counts.
_GROWTH, _MOST_EXCESS = 8.0, 0.15
_TRIMMINGS, _MOST_TRIMMED, _LEAST_SAVED = 12, 0.1, 0.25
_SHRINKING = 0.9
_TINY = 1e-9


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

    def finest(self, log_mel: Tensor, max_bytes: int | None) -> Trial | None:
        """Return the finest of what the encoder gives that fits, None if nothing does.

        Args:
            log_mel: [T, 128] of a chunk, in nepers.
            max_bytes: of the payload; None for any number.
        """
        if max_bytes is None:
            return self.trial(log_mel, FINEST)
        room = 8.0 * (max_bytes - _SIDE_BYTES)
        while trial := self.finest_within(log_mel, room):
            excess = len(trial.payload) - max_bytes
            if excess <= 0:
                self._expected = trial.fineness
                return trial
            # The coder needs some bits more than the ideal code length.
            room = trial.bits - 8.0 * excess
        return None

    def finest_within(self, log_mel: Tensor, max_bits: float) -> Trial | None:
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

    def trial(self, log_mel: Tensor, fineness: int) -> Trial:
        """Return what the encoder gives at a fineness."""
        quality = Quality(max(fineness, 0))
        symbols = self._model.symbols(log_mel, quality, shrinkage(fineness))
        return Trial(self._model, fineness, symbols)


def shrinkage(fineness: int) -> float:
    """Return the factor on the latents, 1 down to 0 for the fineness of an empty chunk."""
    return 1 - (min(fineness, 0) / _SHRINKING_STEPS) ** 2


def search_within(
    finder: QualityFinder, log_mel: Tensor, config: SearchConfig, alone: Trial, max_bytes: int
) -> Trial | None:
    """Return what a search finds for a payload of `max_bytes`; None if it does not fit.

    Args:
        finder: of the codec's qualities.
        log_mel: [T, 128] of the chunk, in nepers.
        config: how to search.
        alone: the finest that the encoder alone can send in as many bytes.
        max_bytes: of the payload.
    """
    model, steps = alone.model, config.iterations
    bits = 8.0 * (max_bytes - _SIDE_BYTES) - _CODER_BITS
    start = finder.finest_within(log_mel, bits / _kept(alone.quality, steps)) or alone
    if bits < _FEWEST_BITS:
        return None
    rd_lambda = model.trade.rd_lambda(start.quality.share)
    if start.fineness < 0:
        # Even the coarsest quality is too fine, so lambda rises.
        coarsest = finder.trial(log_mel, 0)
        rd_lambda *= (_kept(coarsest.quality, steps) * coarsest.bits / bits) ** _LAMBDA_EXPONENT
    latents = shrinkage(start.fineness) * model.latents(log_mel, start.quality)
    problem = BudgetProblem(model, log_mel, start.quality, rd_lambda, latents, bits)
    result = STRATEGIES[config.strategy](problem, config)
    found = Trial(model, start.quality.index, result.symbols[0].cpu().numpy())
    if (excess := len(found.payload) - max_bytes) > 0:
        # The coder needed more beyond the ideal code length than was left for it.
        tighter = replace(problem, bits=bits - 8.0 * excess)
        symbols = tighter.symbols(problem.values(result.symbols))
        found = Trial(model, start.quality.index, symbols[0].cpu().numpy())
    return found if len(found.payload) <= max_bytes else None


@dataclass(frozen=True, eq=False)
class BudgetProblem(SequenceProblem):
    """A chunk whose code length is to come near to a number of bits and not to exceed it.

    Attributes:
        bits: of the symbols.
    """

    bits: float

    def symbols(self, latent: Tensor) -> Tensor:
        """Return the nearest whole numbers, trimmed or else shrunk until the bits allow them.

        To trim sounds better, to shrink is quicker where there are many bits too many.
        """
        symbols = self.nearest(latent)
        for _ in range(_TRIMMINGS):
            if (excess := self._excess(symbols)) <= 0:
                return symbols
            if excess > _MOST_TRIMMED * self.bits:
                break
            symbols = self._trimmed(symbols, excess)
        while self._excess(symbols) > 0 and (symbols * self.sent).any():
            latent = _SHRINKING * latent
            symbols = self.nearest(latent)
        return symbols

    @torch.no_grad()
    def following(self, latent: Tensor) -> Self:
        """Return the problem with a lambda that brings the code length nearer to the bits."""
        excess = self._excess(self.nearest(latent)) / self.bits
        limited = max(min(excess, _MOST_EXCESS), -_MOST_EXCESS)
        return replace(self, rd_lambda=self.rd_lambda * math.exp(_GROWTH * limited))

    def _excess(self, symbols: Tensor) -> float:
        """Return by how many bits the code length of symbols [1, N, C] is too long."""
        plain = symbols[0].cpu().numpy()
        return float(self.model.prior.code_length(plain, self.quality.fixed_point)) - self.bits

    def _trimmed(self, symbols: Tensor, excess: float) -> Tensor:
        """Return symbols of about `excess` bits less, for as little distortion as may be.

        In each group the symbol that promises most may come nearer to its mean by one; of what
        that does in truth, the bits that cost the least distortion are saved.
        """
        leaf = self.values(symbols).requires_grad_(True)
        (slope,) = torch.autograd.grad(self.distortion(leaf, rough=True).sum(), leaf)
        with torch.no_grad():
            conditioning = self.quality.conditioning(leaf.device)
            means, log_scales = self.model.float_prior(leaf, conditioning)
            change = (means - leaf).sign()
            before, after = (bits_under(at, means, log_scales) for at in (leaf, leaf + change))
            saved = before - after
            promise = torch.where(
                self.sent & (saved > 0), self.cost(saved) - slope * change, -math.inf
            )
            places = best_of_each(promise, self.groups)
            changed = symbols + change.long()
            distortion, bits = self.saved(symbols, places, changed.flatten()[places])
            order = (-distortion / bits.clamp_min(_TINY)).argsort()
            order = order[bits[order] > _LEAST_SAVED]
            count = int((bits[order].cumsum(0) < excess).sum()) + 1
        trimmed = symbols.clone()
        trimmed.view(-1)[places[order[:count]]] = changed.flatten()[places[order[:count]]]
        return trimmed


def _kept(quality: Quality, iterations: int) -> float:
    """Return the share of the encoder's bits that a search keeps at the lambda of a quality.

    Measured on validation speech; a short search has no time to save much.
    """
    saved = max(0.1 - 0.0005 * quality.index, 0.01)
    return 1 - saved * (1 - math.exp(-iterations / 20))
