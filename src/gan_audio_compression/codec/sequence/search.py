"""The search of the sequence codec for symbols that are better than the encoder's."""

from typing import NamedTuple

import torch

from gan_audio_compression.codec.chunk_coder import LogMel
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.strategies import STRATEGIES
from gan_audio_compression.codec.sequence.budget import search_within
from gan_audio_compression.codec.sequence.fineness import QualityFinder, Trial
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.codec.sequence.problem import SequenceProblem

# A search that leaves more of the bytes that were asked for is not taken.
_LEAST_USED = 0.97


class Found(NamedTuple):
    """The better of the encoder's symbols and those of the search, and objectives of both."""

    trial: Trial
    start_objective: float
    objective: float


class SequenceSearch:
    """Looks for symbols of a lower objective, distortion + lambda * rate, in as many bytes.

    Lambda is that of the quality that the encoder alone would have.

    Args:
        model: the codec.
        config: how to search.
        finder: of the codec's qualities.
    """

    def __init__(self, model: SequenceModel, config: SearchConfig, finder: QualityFinder) -> None:
        self._model = model
        self._config = config
        self._finder = finder

    def improved(self, log_mel: LogMel, alone: Trial, max_bytes: int | None) -> Found:
        """Return the better of what is found and `alone`, what the encoder gives.

        Args:
            log_mel: [frames, 128] of the chunk, in nepers.
            alone: the finest within `max_bytes`.
            max_bytes: of the payload; None for any number.
        """
        rd_lambda = self._model.trade.rd_lambda(alone.quality.share)
        start = self._objective(log_mel, alone, rd_lambda)
        found = self._searched(log_mel, alone, max_bytes, rd_lambda)
        if found and len(found.payload) >= _LEAST_USED * len(alone.payload):
            objective = self._objective(log_mel, found, rd_lambda)
            if objective < start:
                return Found(found, start, objective)
        return Found(alone, start, start)

    def _searched(
        self, log_mel: LogMel, alone: Trial, max_bytes: int | None, rd_lambda: float
    ) -> Trial | None:
        if max_bytes is not None:
            return search_within(self._finder, log_mel, self._config, alone, max_bytes)
        problem = self._problem(log_mel, alone, rd_lambda)
        result = STRATEGIES[self._config.strategy](problem, self._config)
        return Trial(self._model, alone.fineness, result.symbols[0].cpu().numpy())

    @torch.no_grad()
    def _objective(self, log_mel: LogMel, trial: Trial, rd_lambda: float) -> float:
        problem = self._problem(log_mel, trial, rd_lambda)
        symbols = torch.from_numpy(trial.symbols)[None].to(problem.start.device)
        return float(problem.objective(problem.values(symbols)))

    def _problem(self, log_mel: LogMel, trial: Trial, rd_lambda: float) -> SequenceProblem:
        latents = self._model.latents(log_mel, trial.quality)
        return SequenceProblem.of(self._model, log_mel, trial.quality, rd_lambda, latents)
