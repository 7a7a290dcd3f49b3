"""A search of the sequence codec that keeps to some bits.

It saves bits at the lambda of the quality that fits, so it starts from a finer one; on its way
lambda rises where there are too many bits and falls where there are too few, and what is still too
long in the end is trimmed.
"""

import math
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import torch
from torch import Tensor

from gan_audio_compression.codec.chunk_coder import LogMel
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.problem import best_of_each
from gan_audio_compression.codec.search.strategies import STRATEGIES
from gan_audio_compression.codec.sequence.fineness import (
    SIDE_BYTES,
    QualityFinder,
    Trial,
    shrinkage,
)
from gan_audio_compression.codec.sequence.float_prior import bits_under
from gan_audio_compression.codec.sequence.problem import SequenceProblem
from gan_audio_compression.codec.sequence.quality import Quality

# The coder may need so many bits more than the ideal code length.
_CODER_BITS = 24.0
_FEWEST_BITS = 64.0
# Few bits go with lambda to the power -1 / 10.
_LAMBDA_EXPONENT = 10.0
# How much lambda grows with the share that bits are too many, and the most that counts.
_GROWTH, _MOST_EXCESS = 8.0, 0.15
_TRIMMINGS, _MOST_TRIMMED, _LEAST_SAVED = 12, 0.1, 0.25
# Groups of which one is trimmed at a time: side by side, two save more than each alone.
_APART = 4
_SHRINKING = 0.9
_TINY = 1e-9


def search_within(
    finder: QualityFinder, log_mel: LogMel, config: SearchConfig, alone: Trial, max_bytes: int
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
    bits = 8.0 * (max_bytes - SIDE_BYTES) - _CODER_BITS
    if bits < _FEWEST_BITS:
        return None
    start = finder.finest_within(log_mel, bits / _kept(alone.quality, steps)) or alone
    rd_lambda = model.trade.rd_lambda(start.quality.share)
    if start.fineness < 0:
        # Even the coarsest quality is too fine, so lambda rises.
        coarsest = finder.trial(log_mel, 0)
        rd_lambda *= (_kept(coarsest.quality, steps) * coarsest.bits / bits) ** _LAMBDA_EXPONENT
    latents = shrinkage(start.fineness) * model.latents(log_mel, start.quality)
    problem = BudgetProblem.of(model, log_mel, start.quality, rd_lambda, latents, bits=bits)
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

    start_keeps_to_the_rate: ClassVar[bool] = False
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
        return float(self.prior.code_length(plain, self.quality.fixed_point)) - self.bits

    def _trimmed(self, symbols: Tensor, excess: float) -> Tensor:
        """Return symbols of about `excess` bits less, for as little distortion as may be.

        Of some groups in a row the symbol that promises most may come nearer to its mean by one; of
        what that does in truth, the bits that cost the least distortion are saved.
        """
        leaf = self.values(symbols).requires_grad_(True)
        (slope,) = torch.autograd.grad(self.distortion(leaf, rough=True).sum(), leaf)
        with torch.no_grad():
            quality = self.networks.quality(self.quality)
            means, log_scales = self.networks.prior(leaf, quality)
            change = (means - leaf).sign()
            before, after = (bits_under(at, means, log_scales) for at in (leaf, leaf + change))
            saved = before - after
            promise = torch.where(
                self.sent & (saved > 0), self.cost(saved) - slope * change, -math.inf
            )
            places = best_of_each(promise, self.groups // _APART)
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
