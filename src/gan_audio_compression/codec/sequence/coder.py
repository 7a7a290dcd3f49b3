"""Coding of a chunk by the codec over time, as finely as the room for it allows."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.codec.chunk_coder import CodedLogMel, Symbols
from gan_audio_compression.codec.sequence.distortion import DistortionWeights, distortion
from gan_audio_compression.codec.sequence.model import (
    QUALITIES,
    SequenceModel,
    fixed_point_quality,
)
from gan_audio_compression.codec.sequence.search import SequenceProblem, anneal
from gan_audio_compression.codec.sequence.trade import Trade
from gan_audio_compression.entropy.errors import CorruptPayloadError
from gan_audio_compression.networks.sequence import LATENT_FRAMES
from gan_audio_compression.signal.loudness import to_loudness
from gan_audio_compression.signal.spec import HOP, SAMPLE_RATE

# Below the coarsest quality, 0, its latents shrink in so many steps until all symbols are 0; by
# little at first, because many lie just beyond one half.
_SHRINKING_STEPS = 64
_EMPTY, _FINEST = -_SHRINKING_STEPS, QUALITIES - 1
# A share of the room that is used is enough; a bit of the payload is not looked for.
_ENOUGH = 0.99
# A search meets the bits that it aims at to within about a percent.
_AIMED_AT, _ATTEMPTS = 0.99, 3
# Whoever asks for a bit rate does not want a search that leaves more of it.
_LEAST_USED = 0.97
_FEWEST_BITS = 64.0
# Nepers of code length from one quality to the next, as a first guess.
_SLOPE = math.log(6) / QUALITIES
_GUESSES = 6
_SIDE_BYTES = 1


@dataclass(frozen=True, eq=False)
class _Trial:
    """What a fineness gives; from the finest quality, 255, to 0 and, shrunk, on to -64."""

    fineness: int
    symbols: NDArray[np.int64]
    bits: float

    @property
    def quality(self) -> int:
        return max(self.fineness, 0)


class SequenceCoder:
    """Codes a chunk with the finest quality that fits.

    A payload is a byte, the quality, and the symbols coded by the prior.

    Args:
        model: the codec.
        iterations: of the search; none for the encoder alone.
    """

    def __init__(self, model: SequenceModel, iterations: int = 0) -> None:
        self._model = model
        self._iterations = iterations
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
        price = Trade().price(alone.quality / _FINEST)
        coded = self._coded(alone, log_mel, price)
        # From what is shrunk a search would have to go too far.
        fine_enough = self._iterations and alone.fineness >= 0
        found = self._searched(log_mel, max_bytes, alone.quality, price) if fine_enough else None
        if found is None:
            return coded
        other = self._coded(found, log_mel, price)
        wasteful = len(other.payload) < _LEAST_USED * len(coded.payload)
        if wasteful or other.objective >= coded.objective:
            return coded
        return replace(other, start_objective=coded.objective)

    def least_bytes(self, frames: int) -> int:
        """See `ChunkCoder`."""
        symbols = np.zeros((_latent_frames(frames), self.positions), np.int64)
        return len(self._payload(_Trial(_EMPTY, symbols, 0.0)))

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
            excess = len(self._payload(trial)) - max_bytes
            if excess <= 0:
                return trial
            # The coder needs some bits more than the ideal code length.
            room = trial.bits - 8.0 * excess
        return None

    def _searched(
        self, log_mel: Tensor, max_bytes: int | None, quality: int, price: float
    ) -> _Trial | None:
        """Return what a search finds that fits; it aims lower until something does."""
        bits = None if max_bytes is None else _AIMED_AT * 8.0 * (max_bytes - _SIDE_BYTES)
        for _ in range(_ATTEMPTS):
            if bits is not None and bits < _FEWEST_BITS:
                return None
            problem = SequenceProblem(self._model, log_mel, quality, price, bits)
            found = self._counted(quality, anneal(problem, self._iterations))
            if max_bytes is None or bits is None:
                return found
            excess = len(self._payload(found)) - max_bytes
            if excess <= 0:
                return found
            bits -= 8.0 * excess
        return None

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
        shrunk = 1 - (min(fineness, 0) / _SHRINKING_STEPS) ** 2
        return self._counted(fineness, self._model.symbols(log_mel, quality, shrunk))

    def _counted(self, fineness: int, symbols: NDArray[np.int64]) -> _Trial:
        told = fixed_point_quality(max(fineness, 0))
        return _Trial(fineness, symbols, float(self._model.prior.code_length(symbols, told)))

    def _coded(self, trial: _Trial, log_mel: Tensor, price: float) -> CodedLogMel:
        frames = len(log_mel)
        generated = self._model.log_mel(trial.symbols, trial.quality, frames)
        deviation = self._model.encoder.deviation.cpu()
        lost = distortion(
            log_mel[None], to_loudness(generated)[None], deviation, DistortionWeights()
        )
        kbit_s = trial.bits * SAMPLE_RATE / HOP / frames / 1000
        objective = float(lost.total) + price * kbit_s
        return CodedLogMel(
            symbols=trial.symbols.astype(np.int32),
            payload=self._payload(trial),
            log_mel=generated,
            ideal_bits=trial.bits,
            start_objective=objective,
            objective=objective,
        )

    def _payload(self, trial: _Trial) -> bytes:
        told = fixed_point_quality(trial.quality)
        return bytes([trial.quality]) + self._model.prior.encode(trial.symbols, told)


def _latent_frames(frames: int) -> int:
    return -(-frames // LATENT_FRAMES)
