"""Each strategy starts from the encoder and returns the best that it visited."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from gan_audio_compression.codec.search import refinement
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.problem import BestSoFar
from gan_audio_compression.codec.search.strategies import (
    STRATEGIES,
    back_propagation,
    encoder_only,
)
from gan_audio_compression.codec.segment.columns import sent_columns
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.codec.segment.objective import mean_square, perceptual
from gan_audio_compression.codec.segment.problem import SegmentProblem
from gan_audio_compression.signal.segments import frame_mask, split_segments

SEARCHES = ["back_propagation", "admm", "annealing", "refinement"]


@pytest.fixture
def problem(segment_model: SegmentModel, log_mel: Tensor) -> SegmentProblem:
    images, mask = split_segments(log_mel), frame_mask(len(log_mel))
    sent = sent_columns(len(log_mel), segment_model.networks.columns)
    return SegmentProblem(segment_model, mean_square, images, mask, sent)


@pytest.fixture
def visited(monkeypatch: pytest.MonkeyPatch) -> list[Tensor]:
    """The objectives of all that is offered during a test."""
    objectives: list[Tensor] = []
    offer = BestSoFar.offer

    def record(best: BestSoFar, symbols: Tensor, objective: Tensor) -> None:
        objectives.append(objective)
        offer(best, symbols, objective)

    monkeypatch.setattr(BestSoFar, "offer", record)
    return objectives


def test_the_best_that_was_visited_is_returned(
    problem: SegmentProblem, config: SearchConfig, visited: list[Tensor]
) -> None:
    found = STRATEGIES[config.strategy](problem, config)
    assert torch.equal(found.objective, torch.stack(visited).min(0).values)
    assert len(found.trace) == len(visited)
    with torch.no_grad():
        again = problem.objective(problem.values(found.symbols))
    torch.testing.assert_close(found.objective, again)


@pytest.mark.parametrize("strategy", SEARCHES)
def test_a_search_starts_from_the_encoder_and_improves_on_it(
    problem: SegmentProblem, configs: dict[str, SearchConfig], strategy: str
) -> None:
    start = encoder_only(problem, configs["encoder_only"])
    found = STRATEGIES[strategy](problem, configs[strategy])
    torch.testing.assert_close(found.trace[0], start.objective)
    assert (found.objective <= start.objective).all()
    assert found.objective.mean() < 0.995 * start.objective.mean()


@pytest.mark.parametrize("strategy", SEARCHES)
def test_the_perceptual_objective_is_searched_as_well(
    problem: SegmentProblem, configs: dict[str, SearchConfig], strategy: str
) -> None:
    by_ear = replace(problem, objective_function=perceptual)
    found = STRATEGIES[strategy](by_ear, configs[strategy])
    assert (found.objective <= found.trace[0]).all()
    assert found.objective.mean() < found.trace[0].mean()
    with torch.no_grad():
        again = by_ear.objective(by_ear.values(found.symbols))
    torch.testing.assert_close(found.objective, again)


@pytest.mark.parametrize("strategy", SEARCHES)
def test_no_iterations_are_the_encoder_alone(
    problem: SegmentProblem, configs: dict[str, SearchConfig], strategy: str
) -> None:
    start = encoder_only(problem, configs["encoder_only"])
    found = STRATEGIES[strategy](problem, replace(configs[strategy], iterations=0))
    assert torch.equal(found.symbols, start.symbols)
    torch.testing.assert_close(found.objective, start.objective)


def test_the_encoder_alone_sends_the_nearest_levels(
    problem: SegmentProblem, segment_model: SegmentModel, configs: dict[str, SearchConfig]
) -> None:
    found = encoder_only(problem, configs["encoder_only"])
    with torch.no_grad():
        latent = segment_model.encoder(problem.images)[0]
    distances = (latent.unsqueeze(-1) - segment_model.quantiser.levels).abs()
    assert torch.equal(found.symbols[0], distances.argmin(-1))


def test_back_propagation_ends_when_nothing_moves(
    problem: SegmentProblem, configs: dict[str, SearchConfig], visited: list[Tensor]
) -> None:
    tiny = replace(configs["back_propagation"], step=1e-9, iterations=50)
    found = back_propagation(problem, tiny)
    assert len(visited) <= 2
    assert torch.equal(found.symbols, problem.symbols(problem.start))


def test_a_refinement_with_nothing_left_to_try_keeps_what_it_found(
    problem: SegmentProblem, configs: dict[str, SearchConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gradients of zero after some rounds promise nothing more."""
    few = STRATEGIES["refinement"](problem, replace(configs["refinement"], iterations=3))
    rounds = iter(range(3))
    promising = refinement._promising

    def promise(*arguments: Tensor) -> tuple[Tensor, Tensor]:
        places, changed = promising(problem, *arguments[1:])
        return (places, changed) if next(rounds, None) is not None else (places[:0], changed[:0])

    monkeypatch.setattr(refinement, "_promising", promise)
    many = STRATEGIES["refinement"](problem, replace(configs["refinement"], iterations=50))
    assert torch.equal(many.symbols, few.symbols)
    assert (many.objective < many.trace[0]).any()
