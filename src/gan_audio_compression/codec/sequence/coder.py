"""Coding of a chunk by the sequence codec, as finely as the room for it allows."""

import math

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.codec.chunk_coder import CodedLogMel, LogMel, Symbols
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.sequence.fineness import EMPTY, QualityFinder, Trial
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.codec.sequence.quality import Quality
from gan_audio_compression.extras import require
from gan_audio_compression.networks.sequence.config import LATENT_FRAMES
from gan_audio_compression.signal.spec import FLOOR, MEL_BANDS
from gan_audio_compression.signal.steady import averaged_where_steady


class SequenceCoder:
    """Codes a chunk with the finest quality that fits.

    A payload is a byte, the quality, and the symbols coded by the prior. One without a byte is
    silence.

    Args:
        model: the codec.
        search: how to find the symbols; a receiver needs none.
    """

    def __init__(self, model: SequenceModel, search: SearchConfig | None = None) -> None:
        self._model = model
        self._finder = QualityFinder(model)
        self._search = None
        if search is not None and search.strategy != "encoder_only":
            # Of all that a sender does, a search alone takes gradients.
            require("A search", "search", "torch")
            from gan_audio_compression.codec.sequence.search import SequenceSearch

            self._search = SequenceSearch(model, search, self._finder)

    @property
    def positions(self) -> int:
        """Symbols in a latent frame."""
        return self._model.networks.latent_channels

    def encode(self, log_mel: LogMel, max_bytes: int | None) -> CodedLogMel | None:
        """See `ChunkCoder`; without a limit the quality is the finest."""
        if (log_mel <= FLOOR).all():
            return self._silence(len(log_mel))
        if self._model.magnitude is not None:
            # The receiver gives it the texture of noise again.
            log_mel = averaged_where_steady(log_mel)
        best = self._finder.finest(log_mel, max_bytes)
        if best is None:
            return None
        start_objective = objective = None
        if self._search is not None:
            best, start_objective, objective = self._search.improved(log_mel, best, max_bytes)
        decoded = self._model.decode(best.symbols, best.quality, len(log_mel))
        return CodedLogMel(
            symbols=best.symbols.astype(np.int32),
            payload=best.payload,
            log_mel=decoded,
            ideal_bits=best.bits,
            start_objective=start_objective,
            objective=objective,
        )

    def least_bytes(self, frames: int) -> int:
        """See `ChunkCoder`."""
        symbols = np.zeros((_latent_frames(frames), self.positions), np.int64)
        return len(Trial(self._model, EMPTY, symbols).payload)

    def decode(self, payload: bytes, frames: int) -> tuple[Symbols, NDArray[np.float64]]:
        """See `ChunkCoder`."""
        if not payload:
            silence = self._silence(frames)
            return silence.symbols, silence.log_mel.astype(np.float64)
        quality = Quality(payload[0])
        symbols = self._model.prior.decode(payload[1:], _latent_frames(frames), quality.fixed_point)
        return symbols.astype(np.int32), self._model.decode(symbols, quality, frames, exact=True)

    def _silence(self, frames: int) -> CodedLogMel:
        """Return a chunk that has no sound at all."""
        symbols = np.zeros((0, self.positions), np.int32)
        log_mel = np.full((frames, MEL_BANDS), -math.inf, np.float32)
        return CodedLogMel(symbols, b"", log_mel, 0.0, None, None)


def _latent_frames(frames: int) -> int:
    return -(-frames // LATENT_FRAMES)
