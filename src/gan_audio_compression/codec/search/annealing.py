"""Stochastic Gumbel annealing (Yang, Bamler, Mandt, "Improving inference for neural image
compression", 2020): each latent is drawn, relaxed, between the two levels beside it, ever more
decidedly as the temperature falls, while its gradient moves it.
"""

import math

import torch
from torch import Tensor

from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.problem import SearchProblem, SearchResult
from gan_audio_compression.codec.search.refinement import refined

# Found on validation speech. Refinement ends what is still warm.
_HOTTEST, _COOLING = 2.0, 2.0
_BETWEEN = 1e-4
# While the rate still moves, and is near enough to what it will be in the end, it is looked at.
_LOOKS, _FIRST_LOOK, _LAST_LOOK = 16, 0.25, 0.6
_LEAST_DISTANCE = 1e-6
# Rounds of refinement, if there are no fewer steps: more find little to gain.
_MOST_ROUNDS = 12


def annealing(problem: SearchProblem, config: SearchConfig) -> SearchResult:
    """Anneal the encoder's latents; the same search gives the same symbols."""
    draws = torch.Generator().manual_seed(0)
    latent = problem.start.clone().requires_grad_(True)
    optimiser = torch.optim.Adam([latent], lr=config.step * problem.span)
    first = problem
    for iteration in range(config.iterations):
        temperature = _HOTTEST * math.exp(-_COOLING * iteration / config.iterations)
        drawn = _drawn(problem, latent, temperature, draws)
        optimiser.zero_grad()
        problem.objective(drawn).sum().backward()
        optimiser.step()
        done = (iteration + 1) / config.iterations
        if iteration % max(config.iterations // _LOOKS, 1) == 0 and _FIRST_LOOK < done < _LAST_LOOK:
            problem = first.following(latent.detach())
    rounds = min(config.iterations, _MOST_ROUNDS)
    return refined(problem, problem.nearest(latent.detach()), rounds)


def _drawn(
    problem: SearchProblem, latent: Tensor, temperature: float, draws: torch.Generator
) -> Tensor:
    """Return latents moved towards the level below or above, drawn by how near each is."""
    below, above = _beside(problem, latent.detach())
    distance = above - below
    above_share = ((latent - below) / distance).clamp(_BETWEEN, 1 - _BETWEEN)
    distances = torch.stack([above_share, 1 - above_share], dim=-1)
    logits = -torch.atanh(distances) / temperature
    # The same for each item, so that its symbols depend on nothing but itself.
    uniform = torch.rand(logits.shape[1:], generator=draws).clamp(1e-6, 1 - 1e-6).to(logits)
    gumbel = -(-uniform.log()).log()
    return below + distance * ((logits + gumbel) / temperature).softmax(-1)[..., 1]


def _beside(problem: SearchProblem, latent: Tensor) -> tuple[Tensor, Tensor]:
    """Return the levels below and above each latent."""
    nearest = problem.nearest(latent)
    lower, higher = (problem.values(symbols) for symbols in problem.around(nearest))
    level = problem.values(nearest)
    beyond = latent >= level
    below, above = torch.where(beyond, level, lower), torch.where(beyond, higher, level)
    return below, torch.maximum(above, below + _LEAST_DISTANCE)
