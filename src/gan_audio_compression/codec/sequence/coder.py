"""Coding of a chunk by the sequence codec, as finely as the room for it allows."""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.codec.chunk_coder import CodedLogMel, LogMel, Symbols
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.strategies import STRATEGIES
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.codec.sequence.problem import SequenceProblem
from gan_audio_compression.codec.sequence.quality import Quality
from gan_audio_compression.codec.sequence.rate import EMPTY, QualityFinder, Trial, search_within
from gan_audio_compression.networks.sequence.config import LATENT_FRAMES
from gan_audio_compression.signal.spec import FLOOR, MEL_BANDS
from gan_audio_compression.signal.steady import averaged_where_steady

# A search that leaves more of the bytes that were asked for is not taken.
_LEAST_USED = 0.97


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
        self._search = search or SearchConfig("encoder_only")
        self._finder = QualityFinder(model)

    @property
    def positions(self) -> int:
        """Symbols in a latent frame."""
        return self._model.networks.latent_channels

    def encode(self, log_mel: LogMel, max_bytes: int | None) -> CodedLogMel | None:
        """See `ChunkCoder`; without a limit the quality is the finest.

        The objective is distortion + lambda * rate, at the lambda of the quality that the encoder
        alone would have.
        """
        if (log_mel <= FLOOR).all():
            return self._silence(len(log_mel))
        if self._model.magnitude is not None:
            # The receiver gives it the texture of noise again.
            log_mel = averaged_where_steady(log_mel)
        target = torch.from_numpy(log_mel)
        alone = self._finder.finest(target, max_bytes)
        if alone is None:
            return None
        rd_lambda = self._model.trade.rd_lambda(alone.quality.share)
        start_objective = self._objective(target, alone, rd_lambda)
        best, objective = alone, start_objective
        if self._search.strategy != "encoder_only":
            found = self._searched(target, alone, max_bytes)
            if found and len(found.payload) >= _LEAST_USED * len(alone.payload):
                other = self._objective(target, found, rd_lambda)
                if other < objective:
                    best, objective = found, other
        return CodedLogMel(
            symbols=best.symbols.astype(np.int32),
            payload=best.payload,
            log_mel=self._model.decode(best.symbols, best.quality, len(log_mel)).numpy(),
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
        log_mel = self._model.decode(symbols, quality, frames, exact=True)
        return symbols.astype(np.int32), log_mel.numpy()

    def _silence(self, frames: int) -> CodedLogMel:
        """Return a chunk that has no sound at all."""
        symbols = np.zeros((0, self.positions), np.int32)
        log_mel = np.full((frames, MEL_BANDS), -math.inf, np.float32)
        return CodedLogMel(symbols, b"", log_mel, 0.0, 0.0, 0.0)

    def _searched(self, log_mel: Tensor, alone: Trial, max_bytes: int | None) -> Trial | None:
        if max_bytes is not None:
            return search_within(self._finder, log_mel, self._search, alone, max_bytes)
        rd_lambda = self._model.trade.rd_lambda(alone.quality.share)
        problem = self._problem(log_mel, alone, rd_lambda)
        result = STRATEGIES[self._search.strategy](problem, self._search)
        return Trial(self._model, alone.fineness, result.symbols[0].cpu().numpy())

    @torch.no_grad()
    def _objective(self, log_mel: Tensor, trial: Trial, rd_lambda: float) -> float:
        problem = self._problem(log_mel, trial, rd_lambda)
        symbols = torch.from_numpy(trial.symbols)[None].to(self._model.device)
        return float(problem.objective(problem.values(symbols)))

    def _problem(self, log_mel: Tensor, trial: Trial, rd_lambda: float) -> SequenceProblem:
        start = self._model.latents(log_mel, trial.quality)
        return SequenceProblem(self._model, log_mel, trial.quality, rd_lambda, start)


def _latent_frames(frames: int) -> int:
    return -(-frames // LATENT_FRAMES)
