"""What a search has to solve, and what it found."""

import math
from dataclasses import dataclass
from typing import Protocol, Self

import torch
from torch import Tensor


class SearchProblem(Protocol):
    """A batch of S items and a codec's view of them; strategies know no more of a codec.

    Items share nothing: the objective is one value for each.
    """

    @property
    def start(self) -> Tensor:
        """The encoder's latents, [S, ...]."""
        ...

    @property
    def start_keeps_to_the_rate(self) -> bool:
        """Whether the start can be sent as it is, and so be what a search found."""
        ...

    @property
    def sent(self) -> Tensor:
        """True where a latent is sent, of a shape that broadcasts to `start`."""
        ...

    @property
    def groups(self) -> Tensor:
        """Whole numbers of the shape of `start`: one latent of each may change at a time."""
        ...

    @property
    def limits(self) -> tuple[float, float]:
        """Lowest and highest latent that a search may reach."""
        ...

    @property
    def span(self) -> float:
        """Range of sixteen neighbouring levels; sizes of steps are relative to it."""
        ...

    @property
    def stiffness(self) -> float:
        """How much the objective rises with a latent, relative to the segment codec."""
        ...

    def nearest(self, latent: Tensor) -> Tensor:
        """Return the symbols of the nearest levels, int64."""
        ...

    def symbols(self, latent: Tensor) -> Tensor:
        """Return the symbols that would be sent for latents, within what the rate allows, int64."""
        ...

    def values(self, symbols: Tensor) -> Tensor:
        """Return the levels of symbols."""
        ...

    def around(self, symbols: Tensor) -> tuple[Tensor, Tensor]:
        """Return the symbols of the levels below and above; at the last level that level."""
        ...

    def objective(self, latent: Tensor) -> Tensor:
        """Return the objective [S] of latents, on levels or not; differentiable.

        It may be rough where a gradient is asked for.
        """
        ...

    def gains(self, symbols: Tensor, places: Tensor, changed: Tensor) -> Tensor:
        """Return by how much each change alone would lower an item's objective, [M].

        Args:
            symbols: [S, ...].
            places: [M], of one symbol each in the flattened `symbols`.
            changed: [M], what it becomes.
        """
        ...

    def following(self, latent: Tensor) -> Self:
        """Return the problem with lambda changed, as latents take too many or too few bits."""
        ...


@dataclass(frozen=True)
class SearchResult:
    """What a search found.

    Attributes:
        symbols: [S, ...], the best that were visited, item by item.
        objective: of them, [S].
        trace: objective of the best so far after each evaluation, [evaluations, S].
    """

    symbols: Tensor
    objective: Tensor
    trace: Tensor


class BestSoFar:
    """Keeps each item's best quantised iterate by the objective of what will be decoded."""

    def __init__(self) -> None:
        self._symbols: Tensor | None = None
        self._objective = torch.empty(0)
        self._trace: list[Tensor] = []

    def offer(self, symbols: Tensor, objective: Tensor) -> None:
        """Consider `symbols` [S, ...] with their objective [S]."""
        if self._symbols is None:
            self._symbols, self._objective = symbols, objective
        else:
            better = objective < self._objective
            each = better.reshape(-1, *[1] * (symbols.ndim - 1))
            self._symbols = torch.where(each, symbols, self._symbols)
            self._objective = torch.where(better, objective, self._objective)
        self._trace.append(self._objective)

    def result(self) -> SearchResult:
        """Return the best of all that was offered.

        Raises:
            ValueError: nothing was offered.
        """
        if self._symbols is None:
            raise ValueError("Nothing was offered; a search offers at least its start.")
        return SearchResult(self._symbols, self._objective, torch.stack(self._trace))


def gradient(problem: SearchProblem, latent: Tensor) -> tuple[Tensor, Tensor]:
    """Return the objective [S] and its gradient with respect to `latent`."""
    leaf = latent.detach().requires_grad_(True)
    value = problem.objective(leaf)
    (slope,) = torch.autograd.grad(value.sum(), leaf)
    return value.detach(), slope


@torch.no_grad()
def evaluated(problem: SearchProblem, symbols: Tensor) -> Tensor:
    """Return the objective [S] of symbols."""
    return problem.objective(problem.values(symbols))


def offer(problem: SearchProblem, latent: Tensor, best: BestSoFar) -> Tensor:
    """Quantise `latent`, let `best` evaluate it, return its levels."""
    symbols = problem.symbols(latent)
    best.offer(symbols, evaluated(problem, symbols))
    return problem.values(symbols)


def best_of_each(promise: Tensor, groups: Tensor) -> Tensor:
    """Return the flat place [M] of the highest promise in each group that has one above -inf.

    Args:
        promise: [S, ...].
        groups: whole numbers of that shape, see `SearchProblem.groups`.
    """
    promise, groups = promise.flatten(), groups.flatten()
    highest = promise.new_full((int(groups.max()) + 1,), -math.inf)
    highest = highest.scatter_reduce(0, groups, promise, "amax")
    order = torch.arange(len(promise), device=promise.device)
    chosen = (promise == highest[groups]) & (promise > -math.inf)
    first = order.new_full(highest.shape, len(promise))
    first = first.scatter_reduce(0, groups[chosen], order[chosen], "amin")
    return first[first < len(promise)]
