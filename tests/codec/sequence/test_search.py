"""The search over the sequence codec: never worse, repeatable, within its bytes."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from gan_audio_compression.codec.chunk_coder import LogMel
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.presets import STRATEGIES, search_config
from gan_audio_compression.codec.search.strategies import STRATEGIES as IMPLEMENTED
from gan_audio_compression.codec.sequence.coder import SequenceCoder
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.codec.sequence.problem import SequenceProblem
from gan_audio_compression.codec.sequence.quality import Quality
from gan_audio_compression.signal.analysis import log_mel_spectrogram
from gan_audio_compression.signal.distortion import distortion
from gan_audio_compression.signal.loudness import SPREAD

MakeSpeech = Callable[[int, int], Any]
SEARCHES = [name for name in STRATEGIES if name != "encoder_only"]


@pytest.fixture(scope="module")
def log_mel(make_speech: MakeSpeech) -> LogMel:
    return log_mel_spectrogram(make_speech(16_000, 3))


def problem_at(
    model: SequenceModel, log_mel: LogMel, quality: int = 128, rd_lambda: float = 0.05
) -> SequenceProblem:
    start = model.latents(log_mel, Quality(quality))
    return SequenceProblem.of(model, log_mel, Quality(quality), rd_lambda, start)


@pytest.fixture(scope="module")
def problem(sequence_model: SequenceModel, log_mel: LogMel) -> SequenceProblem:
    return problem_at(sequence_model, log_mel)


def objective(problem: SequenceProblem, symbols: Tensor) -> float:
    with torch.no_grad():
        return float(problem.objective(problem.values(symbols)))


def code_length(problem: SequenceProblem, symbols: Tensor) -> float:
    quality = problem.quality.fixed_point
    return float(problem.prior.code_length(symbols[0].numpy(), quality))


def annealed(problem: SequenceProblem, iterations: int) -> Tensor:
    return IMPLEMENTED["annealing"](
        problem, SearchConfig("annealing", iterations=iterations)
    ).symbols


@pytest.mark.parametrize("strategy", SEARCHES)
def test_a_search_lowers_the_objective_of_what_is_sent(
    problem: SequenceProblem, strategy: str
) -> None:
    found = IMPLEMENTED[strategy](problem, search_config(strategy, 4))
    alone = problem.symbols(problem.start)
    assert found.symbols.shape == alone.shape
    assert objective(problem, found.symbols) < objective(problem, alone)
    assert float(found.objective) == pytest.approx(objective(problem, found.symbols), rel=1e-5)


@pytest.mark.parametrize("strategy", SEARCHES)
@pytest.mark.parametrize("quality", [0, 255])
@pytest.mark.parametrize("rd_lambda", [1e-4, 10.0])
def test_a_short_search_is_never_worse_than_none(
    sequence_model: SequenceModel, log_mel: LogMel, strategy: str, quality: int, rd_lambda: float
) -> None:
    problem = problem_at(sequence_model, log_mel, quality, rd_lambda)
    found = IMPLEMENTED[strategy](problem, search_config(strategy, 1))
    alone = problem.symbols(problem.start)
    assert objective(problem, found.symbols) <= objective(problem, alone)


def test_dearer_bits_are_spent_less(sequence_model: SequenceModel, log_mel: LogMel) -> None:
    problems = (problem_at(sequence_model, log_mel, rd_lambda=value) for value in (1e-3, 1.0))
    many, few = (code_length(problem, annealed(problem, 30)) for problem in problems)
    assert few < 0.9 * many


def test_a_search_is_repeatable(problem: SequenceProblem) -> None:
    assert torch.equal(annealed(problem, 10), annealed(problem, 10))


def test_a_gain_is_nearly_what_a_change_alone_lowers(problem: SequenceProblem) -> None:
    symbols = problem.symbols(problem.start)
    places = torch.tensor([7, 63])
    changed = symbols.flatten()[places] + 6
    gains = problem.gains(symbols, places, changed)
    for place, value, gain in zip(places, changed, gains, strict=True):
        moved = symbols.clone()
        moved.view(-1)[place] = value
        lowered = objective(problem, symbols) - objective(problem, moved)
        assert float(gain) == pytest.approx(lowered, rel=0.2)


@pytest.mark.parametrize("strategy", SEARCHES)
@pytest.mark.parametrize("max_bytes", [40, 60, None])
def test_what_is_found_fits_and_is_no_worse(
    sequence_model: SequenceModel, log_mel: LogMel, strategy: str, max_bytes: int | None
) -> None:
    searched, alone = (
        SequenceCoder(sequence_model, search).encode(log_mel, max_bytes)
        for search in (search_config(strategy, 3), None)
    )
    assert searched is not None and alone is not None
    assert max_bytes is None or len(searched.payload) <= max_bytes
    assert searched.objective is not None and searched.start_objective is not None
    assert searched.objective <= searched.start_objective
    if searched.objective == searched.start_objective:
        assert searched.payload == alone.payload
    # Without a search there is nothing that is minimised.
    assert alone.objective is alone.start_objective is None


def test_the_objective_is_distortion_and_what_bits_are_worth(
    problem: SequenceProblem, log_mel: LogMel
) -> None:
    symbols = problem.symbols(problem.start)
    with torch.no_grad():
        loudness = problem.networks.generate(problem.values(symbols), problem.quality)
        heard = loudness[:, : len(log_mel)]
        lost = distortion(problem.log_mel[None], heard, SPREAD, problem.weights).total
    kbit_s = code_length(problem, symbols) / (len(log_mel) / 125) / 1000
    assert objective(problem, symbols) == pytest.approx(float(lost) + 0.05 * kbit_s, rel=0.01)
