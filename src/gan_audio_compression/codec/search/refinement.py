"""Discrete refinement: single symbols change where that lowers the objective of what is sent."""

import math

import torch
from torch import Tensor

from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.problem import (
    BestSoFar,
    SearchProblem,
    SearchResult,
    best_of_each,
    evaluated,
    gradient,
    offer,
)


def refinement(problem: SearchProblem, config: SearchConfig) -> SearchResult:
    """Refine the encoder's symbols."""
    return refined(problem, problem.nearest(problem.start), config.iterations)


def refined(problem: SearchProblem, symbols: Tensor, rounds: int) -> SearchResult:
    """Return what becomes of `symbols` when, round by round, changes that gain are made.

    Lambda moves as the rate asks for. The start is the result where it can be sent and is better.

    In a round each group of latents tries one change, to the level below or above: the one that
    the gradient promises most of, of those that were not tried in vain. All are tried alone and
    in one batch; those that gain are made together.
    """
    best, first = BestSoFar(), problem
    if problem.start_keeps_to_the_rate:
        offer(problem, problem.start, best)
    tried = torch.zeros_like(symbols, dtype=torch.bool)
    for _ in range(rounds):
        problem = problem.following(problem.values(symbols))
        _, slope = gradient(problem, problem.values(symbols))
        places, changed = _promising(problem, symbols, slope, tried)
        if not len(places):
            break
        gaining = problem.gains(symbols, places, changed) > 0
        tried.view(-1)[places] = True
        symbols = symbols.clone()
        symbols.view(-1)[places[gaining]] = changed[gaining]
        tried.view(-1)[places[gaining]] = False
    within = problem.symbols(problem.values(symbols))
    best.offer(within, evaluated(first, within))
    return best.result()


def _promising(
    problem: SearchProblem, symbols: Tensor, slope: Tensor, tried: Tensor
) -> tuple[Tensor, Tensor]:
    """Return a place [M] in each group that has one left, and what its symbol would become."""
    values = problem.values(symbols)
    lower, higher = problem.around(symbols)
    changed = torch.where(slope > 0, lower, higher)
    promise = slope.abs() * (problem.values(changed) - values).abs()
    unlike = problem.sent & (changed != symbols) & ~tried
    places = best_of_each(torch.where(unlike, promise, -math.inf), problem.groups)
    return places, changed.flatten()[places]
