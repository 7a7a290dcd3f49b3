"""Parameters of a search."""

from dataclasses import dataclass
from typing import Literal

ObjectiveName = Literal["mse", "perceptual"]
StrategyName = Literal["encoder_only", "back_propagation", "admm", "annealing", "refinement"]


@dataclass(frozen=True)
class SearchConfig:
    """Which strategy searches, for what, and how long.

    Attributes:
        strategy: which of `strategies.STRATEGIES`.
        objective: what it minimises; None for the codec's own. The sequence codec has no other,
            the segment codec has those of `segment.objective.OBJECTIVES`.
        iterations: steps of gradient descent, or rounds of refinement.
        step: size of a step, relative to the range of sixteen levels.
        mu: weight of the distance to the levels at the start (ADMM).
        mu_growth: its factor from one dual update to the next, at least 1 (ADMM).
        inner_steps: gradient steps between two dual updates (ADMM).
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    strategy: StrategyName
    objective: ObjectiveName | None = None
    iterations: int = 0
    step: float = 0.05
    mu: float = 1e-3
    mu_growth: float = 1.1
    inner_steps: int = 5

    def __post_init__(self) -> None:
        if self.iterations < 0 or self.inner_steps < 1:
            raise ValueError("A search has no negative iterations and at least 1 inner step.")
        if not (self.step > 0 and self.mu > 0 and self.mu_growth >= 1):
            raise ValueError("A search's step and mu are positive, its mu_growth at least 1.")
