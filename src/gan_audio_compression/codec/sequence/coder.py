"""Coding of a chunk by the codec over time, as finely as the room for it allows."""

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.codec.chunk_coder import CodedLogMel, Symbols
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.objective import OBJECTIVES
from gan_audio_compression.codec.search.strategies import STRATEGIES
from gan_audio_compression.codec.sequence.model import (
    QUALITIES,
    SequenceModel,
    fixed_point_quality,
)
from gan_audio_compression.codec.sequence.problem import SequenceProblem
from gan_audio_compression.codec.sequence.trade import Trade
from gan_audio_compression.entropy.errors import CorruptPayloadError
from gan_audio_compression.networks.sequence import LATENT_FRAMES

# Below the coarsest quality, 0, its latents shrink in so many steps until all symbols are 0; by
# little at first, because many lie just beyond one half.
_SHRINKING_STEPS = 64
_EMPTY, _FINEST = -_SHRINKING_STEPS, QUALITIES - 1
# A share of the room that is used is enough; a bit of the payload is not looked for.
_ENOUGH = 0.99
# The coder may need so many bits more than the ideal code length.
_CODER_BITS = 24.0
# Whoever asks for a bit rate does not want a search that leaves more of it.
_LEAST_USED = 0.97
_FEWEST_BITS = 64.0
# Few bits go with the price to the power -1 / 10.
_PRICE_EXPONENT = 10.0
# Nepers of code length from one quality to the next, as a first guess.
_SLOPE = math.log(6) / QUALITIES
_GUESSES = 6
_SIDE_BYTES = 1


@dataclass(frozen=True, eq=False)
class _Trial:
    """What a fineness gives; from the finest quality, 255, to 0 and, shrunk, on to -64."""

    model: SequenceModel
    fineness: int
    symbols: NDArray[np.int64]
    bits: float

    @property
    def quality(self) -> int:
        return max(self.fineness, 0)

    @cached_property
    def payload(self) -> bytes:
        told = fixed_point_quality(self.quality)
        return bytes([self.quality]) + self.model.prior.encode(self.symbols, told)


class SequenceCoder:
    """Codes a chunk with the finest quality that fits.

    A payload is a byte, the quality, and the symbols coded by the prior.

    Args:
        model: the codec.
        search: how to find the symbols; a receiver needs none.
    """

    def __init__(self, model: SequenceModel, search: SearchConfig | None = None) -> None:
        self._model = model
        self._search = search or SearchConfig("encoder_only", model.objective)
        self._expected = QUALITIES // 2

    @property
    def positions(self) -> int:
        """Symbols in a latent frame."""
        return self._model.networks.latent_channels

    def encode(self, log_mel: Tensor, max_bytes: int | None) -> CodedLogMel | None:
        """See `ChunkCoder`; without a limit the quality is the finest.

        The objective is distortion + price * rate, at the price of the quality that the encoder
        alone would have.
        """
        alone = self._encoded_alone(log_mel, max_bytes)
        if alone is None:
            return None
        self._expected = alone.fineness
        price = self._price(log_mel, alone)
        best, objective = alone, self._objective(log_mel, alone, price)
        start_objective = objective
        if self._search.strategy != "encoder_only":
            found = self._searched(log_mel, max_bytes, alone, price)
            if found and len(found.payload) >= _LEAST_USED * len(alone.payload):
                other = self._objective(log_mel, found, price)
                if other < objective:
                    best, objective = found, other
        return CodedLogMel(
            symbols=best.symbols.astype(np.int32),
            payload=best.payload,
            log_mel=self._model.log_mel(best.symbols, best.quality, len(log_mel)),
            ideal_bits=best.bits,
            start_objective=start_objective,
            objective=objective,
        )

    def least_bytes(self, frames: int) -> int:
        """See `ChunkCoder`."""
        symbols = np.zeros((_latent_frames(frames), self.positions), np.int64)
        return len(self._counted(_EMPTY, symbols).payload)

    def decode(self, payload: bytes, frames: int) -> tuple[Symbols, Tensor]:
        """See `ChunkCoder`."""
        if not payload:
            raise CorruptPayloadError("the payload is empty; get the file again.")
        quality = payload[0]
        symbols = self._model.prior.decode(
            payload[_SIDE_BYTES:], _latent_frames(frames), fixed_point_quality(quality)
        )
        return symbols.astype(np.int32), self._model.render(symbols, quality, frames)

    def _encoded_alone(self, log_mel: Tensor, max_bytes: int | None) -> _Trial | None:
        """Return the finest of what the encoder gives that fits, None if nothing does."""
        if max_bytes is None:
            return self._trial(log_mel, _FINEST)
        room = 8.0 * (max_bytes - _SIDE_BYTES)
        while trial := self._finest_within(log_mel, room):
            excess = len(trial.payload) - max_bytes
            if excess <= 0:
                return trial
            # The coder needs some bits more than the ideal code length.
            room = trial.bits - 8.0 * excess
        return None

    def _searched(
        self, log_mel: Tensor, max_bytes: int | None, alone: _Trial, price: float
    ) -> _Trial | None:
        """Return what a search finds, None if it does not fit.

        At the price that a quality stands for a search saves bits, so that it starts from a finer
        quality than the encoder alone would have.
        """
        start, bits, steps = alone, None, self._search.iterations
        natural = price / _trade_price(alone.quality)
        if max_bytes is not None:
            bits = 8.0 * (max_bytes - _SIDE_BYTES) - _CODER_BITS
            start = self._finest_within(log_mel, bits / _kept(alone.quality, steps)) or alone
            if bits < _FEWEST_BITS:
                return None
            if start.fineness < 0:
                # Even the coarsest quality is too fine, so bits become dearer.
                coarsest = self._trial(log_mel, 0)
                natural *= (_kept(0, steps) * coarsest.bits / bits) ** _PRICE_EXPONENT
        problem = self._problem(log_mel, start.quality, natural * _trade_price(start.quality))
        problem = replace(problem, start=_shrunk(start.fineness) * problem.start, bits=bits)
        result = STRATEGIES[self._search.strategy](problem, self._search)
        found = self._counted(start.quality, result.symbols[0].cpu().numpy())
        if max_bytes is None or bits is None:
            return found
        if (excess := len(found.payload) - max_bytes) > 0:
            # The coder needed more beyond the ideal code length than was left for it.
            tighter = replace(problem, bits=bits - 8.0 * excess)
            symbols = tighter.symbols(problem.values(result.symbols))
            found = self._counted(start.quality, symbols[0].cpu().numpy())
        return found if len(found.payload) <= max_bytes else None

    def _problem(self, log_mel: Tensor, quality: int, price: float) -> SequenceProblem:
        start = self._model.latents(log_mel, quality)
        distortion = OBJECTIVES[self._search.objective]
        return SequenceProblem(self._model, distortion, log_mel, quality, price, start)

    @torch.no_grad()
    def _objective(self, log_mel: Tensor, trial: _Trial, price: float) -> float:
        problem = self._problem(log_mel, trial.quality, price)
        symbols = torch.from_numpy(trial.symbols)[None].to(self._model.device)
        return float(problem.objective(problem.values(symbols)))

    def _price(self, log_mel: Tensor, trial: _Trial) -> float:
        """Return what a kbit/s is worth in the search's objective at the quality of a trial."""
        price = _trade_price(trial.quality)
        if self._search.objective == self._model.objective:
            return price
        own = SequenceCoder(self._model)
        return price * self._objective(log_mel, trial, 0.0) / own._objective(log_mel, trial, 0.0)

    def _finest_within(self, log_mel: Tensor, max_bits: float) -> _Trial | None:
        """Return the finest trial with a code length of at most `max_bits`, or nearly so."""
        best, fits, beyond = None, _EMPTY - 1, _FINEST + 1
        probe, guesses = self._expected, 0
        while beyond - fits > 1:
            trial = self._trial(log_mel, min(max(probe, fits + 1), beyond - 1))
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

    def _trial(self, log_mel: Tensor, fineness: int) -> _Trial:
        quality = max(fineness, 0)
        symbols = self._model.symbols(log_mel, quality, _shrunk(fineness))
        return self._counted(fineness, symbols)

    def _counted(self, fineness: int, symbols: NDArray[np.int64]) -> _Trial:
        told = fixed_point_quality(max(fineness, 0))
        bits = float(self._model.prior.code_length(symbols, told))
        return _Trial(self._model, fineness, symbols, bits)


def _shrunk(fineness: int) -> float:
    """Return the factor on the latents, 1 down to 0 for the fineness of an empty chunk."""
    return 1 - (min(fineness, 0) / _SHRINKING_STEPS) ** 2


def _trade_price(quality: int) -> float:
    """Return what a kbit/s is worth at a quality, as in training."""
    return Trade().price(quality / _FINEST)


def _kept(quality: int, iterations: int) -> float:
    """Return the share of the encoder's bits that a search keeps at the price of a quality.

    Measured on validation speech; a short search has no time to save much.
    """
    saved = max(0.1 - 0.0005 * quality, 0.01)
    return 1 - saved * (1 - math.exp(-iterations / 20))


def _latent_frames(frames: int) -> int:
    return -(-frames // LATENT_FRAMES)
