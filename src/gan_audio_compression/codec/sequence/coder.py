"""Coding of a chunk by the codec over time, as finely as the room for it allows."""

import math
from dataclasses import dataclass

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
from gan_audio_compression.entropy.errors import CorruptPayloadError
from gan_audio_compression.networks.sequence import LATENT_FRAMES
from gan_audio_compression.signal.loudness import to_loudness

# Below the coarsest quality, 0, its latents shrink in so many steps until all symbols are 0.
_SHRINKING_STEPS = 16
_EMPTY, _FINEST = -_SHRINKING_STEPS, QUALITIES - 1
# A share of the room that is used is enough; a bit of the payload is not looked for.
_ENOUGH = 0.99
# Nepers of code length from one quality to the next, as a first guess.
_SLOPE = math.log(6) / QUALITIES
_GUESSES = 6
_SIDE_BYTES = 1


@dataclass(frozen=True, eq=False)
class _Trial:
    """What a fineness gives; from the finest quality, 255, to 0 and, shrunk, on to -16."""

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
    """

    def __init__(self, model: SequenceModel) -> None:
        self._model = model
        self._expected = QUALITIES // 2

    @property
    def positions(self) -> int:
        """Symbols in a latent frame."""
        return self._model.networks.latent_channels

    def encode(self, log_mel: Tensor, max_bytes: int | None) -> CodedLogMel | None:
        """See `ChunkCoder`; without a limit the quality is the finest."""
        if max_bytes is None:
            return self._coded(self._trial(log_mel, _FINEST), log_mel)
        room = 8.0 * (max_bytes - _SIDE_BYTES)
        while trial := self._finest_within(log_mel, room):
            coded = self._coded(trial, log_mel)
            if len(coded.payload) <= max_bytes:
                self._expected = trial.fineness
                return coded
            # The coder needs some bits more than the ideal code length.
            room = trial.bits - 8.0 * (len(coded.payload) - max_bytes)
        return None

    def least_bytes(self, frames: int) -> int:
        """See `ChunkCoder`."""
        symbols = np.zeros((_latent_frames(frames), self.positions), np.int64)
        return len(self._payload(symbols, 0))

    def decode(self, payload: bytes, frames: int) -> tuple[Symbols, Tensor]:
        """See `ChunkCoder`."""
        if not payload:
            raise CorruptPayloadError("the payload is empty; get the file again.")
        quality = payload[0]
        symbols = self._model.prior.decode(
            payload[_SIDE_BYTES:], _latent_frames(frames), fixed_point_quality(quality)
        )
        return symbols.astype(np.int32), self._model.render(symbols, quality, frames)

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
        shrunk = 1 + min(fineness, 0) / _SHRINKING_STEPS
        symbols = self._model.symbols(log_mel, quality, shrunk)
        bits = self._model.prior.code_length(symbols, fixed_point_quality(quality))
        return _Trial(fineness, symbols, float(bits))

    def _coded(self, trial: _Trial, log_mel: Tensor) -> CodedLogMel:
        generated = self._model.log_mel(trial.symbols, trial.quality, len(log_mel))
        lost = distortion(
            log_mel[None],
            to_loudness(generated)[None],
            self._model.encoder.deviation.cpu(),
            DistortionWeights(),
        ).total.item()
        return CodedLogMel(
            symbols=trial.symbols.astype(np.int32),
            payload=self._payload(trial.symbols, trial.quality),
            log_mel=generated,
            ideal_bits=trial.bits,
            start_objective=lost,
            objective=lost,
        )

    def _payload(self, symbols: NDArray[np.int64], quality: int) -> bytes:
        coded = self._model.prior.encode(symbols, fixed_point_quality(quality))
        return bytes([quality]) + coded


def _latent_frames(frames: int) -> int:
    return -(-frames // LATENT_FRAMES)
