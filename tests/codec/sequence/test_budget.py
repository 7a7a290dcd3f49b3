"""Rate control of the sequence codec: the finest that fits, and searches that keep to it."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.codec.chunk_coder import LogMel
from gan_audio_compression.codec.models import model_path
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.presets import STRATEGIES, search_config
from gan_audio_compression.codec.search.strategies import STRATEGIES as IMPLEMENTED
from gan_audio_compression.codec.sequence.budget import BudgetProblem, search_within
from gan_audio_compression.codec.sequence.fineness import (
    EMPTY,
    FINEST,
    QualityFinder,
    shrinkage,
)
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.codec.sequence.problem import SequenceProblem
from gan_audio_compression.codec.sequence.quality import Quality
from gan_audio_compression.signal.analysis import log_mel_spectrogram

QUALITY = Quality(128)


@pytest.fixture(scope="module")
def log_mel(make_speech: Callable[[int, int], Any]) -> LogMel:
    return log_mel_spectrogram(make_speech(16_000, 3))


@pytest.fixture
def finder(sequence_model: SequenceModel) -> QualityFinder:
    return QualityFinder(sequence_model)


@pytest.fixture(scope="module")
def free(sequence_model: SequenceModel, log_mel: LogMel) -> SequenceProblem:
    start = sequence_model.latents(log_mel, QUALITY)
    return SequenceProblem.of(sequence_model, log_mel, QUALITY, 0.05, start)


def with_bits(free: SequenceProblem, share: float) -> BudgetProblem:
    bits = share * code_length(free, free.symbols(free.start))
    parts = {field.name: getattr(free, field.name) for field in fields(free)}
    return BudgetProblem(**parts, bits=bits)


def code_length(problem: SequenceProblem, symbols: Tensor) -> float:
    quality = problem.quality.fixed_point
    return float(problem.prior.code_length(symbols[0].numpy(), quality))


def objective(problem: SequenceProblem, symbols: Tensor) -> float:
    with torch.no_grad():
        return float(problem.objective(problem.values(symbols)))


@pytest.mark.parametrize("share", [0.7, 0.9])
def test_the_bits_aimed_at_are_met(free: SequenceProblem, share: float) -> None:
    problem = with_bits(free, share)
    search = SearchConfig("annealing", iterations=60)
    symbols = IMPLEMENTED["annealing"](problem, search).symbols
    assert 0.8 * problem.bits < code_length(problem, symbols) <= problem.bits


def test_a_few_bits_cost_little(free: SequenceProblem) -> None:
    symbols = free.symbols(free.start)
    tight = with_bits(free, 0.98)
    trimmed = tight.symbols(tight.start)
    assert 0.94 / 0.98 * tight.bits < code_length(tight, trimmed) <= tight.bits
    assert objective(free, trimmed) < 1.02 * objective(free, symbols)


def test_lambda_follows_the_bits_that_are_too_many(free: SequenceProblem) -> None:
    for share, dearer in ((0.8, True), (1.2, False)):
        problem = with_bits(free, share)
        following = problem.following(problem.start)
        assert (following.rd_lambda > problem.rd_lambda) is dearer
        assert following.bits == problem.bits


def test_a_finer_trial_is_longer(finder: QualityFinder, log_mel: LogMel) -> None:
    finenesses = [EMPTY, EMPTY // 2, 0, 100, FINEST]
    trials = [finder.trial(log_mel, fineness) for fineness in finenesses]
    bits = [trial.bits for trial in trials]
    assert bits == sorted(bits)
    assert len(set(bits)) == len(bits)
    assert not trials[0].symbols.any()
    assert [trial.quality.index for trial in trials] == [0, 0, 0, 100, 255]
    assert [trial.payload[0] for trial in trials] == [0, 0, 0, 100, 255]


def test_latents_shrink_below_the_coarsest_quality_alone() -> None:
    assert [shrinkage(fineness) for fineness in (FINEST, 0, EMPTY)] == [1.0, 1.0, 0.0]
    factors = [shrinkage(fineness) for fineness in range(0, EMPTY - 1, -1)]
    assert (np.diff(factors) < 0).all()


def test_the_finest_that_fits_is_found(finder: QualityFinder, log_mel: LogMel) -> None:
    """Nearly: one that leaves a hundredth of the room will do."""
    assert finder.finest(log_mel, 0) is None
    unlimited = finder.finest(log_mel, None)
    assert unlimited is not None and unlimited.fineness == FINEST
    for max_bytes in (35, 50, 70):
        found = finder.finest(log_mel, max_bytes)
        assert found is not None
        assert len(found.payload) <= max_bytes
        finer = finder.trial(log_mel, found.fineness + 1)
        assert len(finer.payload) > max_bytes or found.bits > 0.95 * 8 * (max_bytes - 1)


@pytest.mark.parametrize("strategy", [name for name in STRATEGIES if name != "encoder_only"])
@pytest.mark.parametrize("max_bytes", [60, 90])
def test_a_search_within_a_budget_fits(
    sentence: NDArray[np.float32], strategy: str, max_bytes: int
) -> None:
    """With a model that has learnt: what random weights find hangs on how a machine rounds."""
    finder = QualityFinder(SequenceModel.from_bytes(model_path("default").read_bytes()))
    log_mel = log_mel_spectrogram(sentence[8_000:16_000])
    alone = finder.finest(log_mel, max_bytes)
    assert alone is not None
    found = search_within(finder, log_mel, search_config(strategy, 3), alone, max_bytes)
    assert found is not None
    assert 0.85 * max_bytes < len(found.payload) <= max_bytes


def test_hardly_any_bytes_are_not_searched_for(finder: QualityFinder, log_mel: LogMel) -> None:
    few = log_mel[:12]
    alone = finder.finest(few, 11)
    assert alone is not None
    assert search_within(finder, few, search_config("annealing", 3), alone, 11) is None
