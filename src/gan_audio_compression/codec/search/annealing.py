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

# Found on validation speech.
_HOTTEST, _COLDEST = 0.5, 0.05
_COOLING = 3.0
_BETWEEN = 1e-4
# While the rate still moves, and is near enough to what it will be in the end, it is looked at.
_LOOKS, _FIRST_LOOK, _LAST_LOOK = 16, 0.25, 0.6
_LEAST_DISTANCE = 1e-6
# A search ends once no symbol has moved for this part of it.
_PATIENCE = 32
# So many steps take as long as a round of refinement.
_ROUND = 3


def annealing(problem: SearchProblem, config: SearchConfig) -> SearchResult:
    """Anneal the encoder's latents; the same search gives the same symbols."""
    draws = torch.Generator().manual_seed(0)
    latent = problem.start.clone().requires_grad_(True)
    optimiser = torch.optim.Adam([latent], lr=config.step * problem.span)
    first, settling = problem, _Settling(problem, -(-config.iterations // _PATIENCE))
    for iteration in range(config.iterations):
        cooled = _HOTTEST * math.exp(-_COOLING * iteration / config.iterations)
        drawn = _drawn(problem, latent, max(cooled, _COLDEST), draws)
        optimiser.zero_grad()
        problem.objective(drawn).sum().backward()
        optimiser.step()
        done = (iteration + 1) / config.iterations
        if settling.settled(latent.detach(), early=done < _LAST_LOOK):
            break
        if iteration % max(config.iterations // _LOOKS, 1) == 0 and _FIRST_LOOK < done < _LAST_LOOK:
            problem = first.following(latent.detach())
    rounds = -(-config.iterations // _ROUND)
    return refined(problem, problem.nearest(settling.latent), rounds)


class _Settling:
    """Follows the latents, each item's until its symbols have not moved for so many steps.

    Each alone, so that an item's symbols depend on nothing but itself.
    """

    def __init__(self, problem: SearchProblem, steps: int) -> None:
        self._problem = problem
        self._steps = steps
        self._symbols = problem.nearest(problem.start)
        self._unmoved = torch.zeros(len(problem.start), dtype=torch.int64)
        self.latent = problem.start

    def settled(self, latent: Tensor, early: bool) -> bool:
        """Go on to `latent`; return whether all items have settled, as none does early."""
        moving = self._unmoved < self._steps
        each = moving.to(latent.device).reshape(-1, *[1] * (latent.ndim - 1))
        self.latent = torch.where(each, latent, self.latent)
        symbols = self._problem.nearest(self.latent)
        moved = (symbols != self._symbols).flatten(1).any(1).cpu() | early
        self._unmoved = torch.where(moving & moved, 0, self._unmoved + 1)
        self._symbols = symbols
        return bool((self._unmoved >= self._steps).all())


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
