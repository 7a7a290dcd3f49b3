"""The search over the codec over time: never worse, repeatable, within its bytes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from gan_audio_compression.codec.sequence.coder import SequenceCoder
from gan_audio_compression.codec.sequence.model import SequenceModel, fixed_point_quality
from gan_audio_compression.codec.sequence.search import SequenceProblem, anneal
from gan_audio_compression.signal.analysis import log_mel_spectrogram

MakeSpeech = Callable[[int, int], Any]


@pytest.fixture(scope="module")
def log_mel(make_speech: MakeSpeech) -> Tensor:
    return log_mel_spectrogram(torch.from_numpy(make_speech(16_000, 3)))


@pytest.fixture(scope="module")
def problem(sequence_model: SequenceModel, log_mel: Tensor) -> SequenceProblem:
    return SequenceProblem(sequence_model, log_mel, 128, 0.05)


def test_a_search_lowers_the_objective_of_what_is_sent(
    problem: SequenceProblem, sequence_model: SequenceModel, log_mel: Tensor
) -> None:
    found = anneal(problem, 30)
    alone = sequence_model.symbols(log_mel, 128)
    assert found.shape == alone.shape and found.dtype == alone.dtype
    assert problem.value(found) < problem.value(alone)


@pytest.mark.parametrize("quality", [0, 100, 255])
@pytest.mark.parametrize("price", [1e-4, 10.0])
def test_a_short_search_is_never_worse_than_none(
    sequence_model: SequenceModel, log_mel: Tensor, quality: int, price: float
) -> None:
    problem = SequenceProblem(sequence_model, log_mel, quality, price)
    alone = sequence_model.symbols(log_mel, quality)
    assert problem.value(anneal(problem, 1)) <= problem.value(alone)


def test_dearer_bits_are_spent_less(sequence_model: SequenceModel, log_mel: Tensor) -> None:
    lengths = [
        sequence_model.prior.code_length(
            anneal(SequenceProblem(sequence_model, log_mel, 128, price), 30), 2000
        )
        for price in (1e-3, 1.0)
    ]
    assert lengths[1] < 0.9 * lengths[0]


def test_the_bits_aimed_at_are_met(sequence_model: SequenceModel, log_mel: Tensor) -> None:
    coder, told = sequence_model.prior, fixed_point_quality(128)
    alone = float(coder.code_length(sequence_model.symbols(log_mel, 128), told))
    problems = (
        SequenceProblem(sequence_model, log_mel, 128, 0.05, share * alone) for share in (0.6, 0.8)
    )
    few, more = (float(coder.code_length(anneal(problem, 60), told)) for problem in problems)
    assert few < 0.75 * alone
    assert more == pytest.approx(0.8 * alone, rel=0.1)


def test_a_seed_gives_one_result(problem: SequenceProblem) -> None:
    first, second, other = (anneal(problem, 10, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("max_bytes", [40, 60, None])
def test_what_is_found_fits_and_is_no_worse(
    sequence_model: SequenceModel, log_mel: Tensor, max_bytes: int | None
) -> None:
    searched = SequenceCoder(sequence_model, iterations=20).encode(log_mel, max_bytes)
    alone = SequenceCoder(sequence_model).encode(log_mel, max_bytes)
    assert searched is not None and alone is not None
    assert max_bytes is None or len(searched.payload) <= max_bytes
    assert searched.objective <= alone.objective == searched.start_objective
