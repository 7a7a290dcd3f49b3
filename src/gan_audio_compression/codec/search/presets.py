"""How hard to search, as one number."""

from dataclasses import replace
from typing import TypeVar, get_args

from gan_audio_compression.codec.search.config import (
    ObjectiveName,
    SearchConfig,
    StrategyName,
)
from gan_audio_compression.codec.search.errors import SearchError

STRATEGIES: tuple[StrategyName, ...] = get_args(StrategyName)
OBJECTIVES: tuple[ObjectiveName, ...] = get_args(ObjectiveName)
Name = TypeVar("Name", bound=str)
EFFORTS = range(10)
DEFAULT_EFFORT = 3

# The steps about double from one effort to the next. On one core effort 5 takes about as long as
# the speech lasts, effort 9 six times as long.
_ITERATIONS = (0, 5, 10, 20, 35, 60, 105, 195, 340, 600)
# Annealing starts with noise that a few steps cannot mend, so at less effort than these
# refinement stands in for it.
_ANNEALING_ITERATIONS = {4: 48, 5: 64, 6: 110, 7: 200, 8: 400, 9: 800}

# ADMM ends once mu has driven the latent to the levels, whatever iterations are left. So a long
# search takes more steps between dual updates and a short one lets mu grow faster. Found on
# validation speech: step, mu, mu_growth and inner_steps from effort 1 on.
_ADMM = (
    (0.003, 0.05, 1.1, 5),
    (0.005, 0.1, 1.5, 5),
    (0.005, 0.1, 1.5, 5),
    (0.004, 0.1, 1.3, 7),
    (0.003, 0.1, 1.2, 10),
    (0.003, 0.1, 1.2, 15),
    (0.002, 0.1, 1.15, 15),
    (0.002, 0.05, 1.1, 20),
    (0.002, 0.05, 1.1, 20),
)


def search_config(strategy: str, effort: int, objective: ObjectiveName = "mse") -> SearchConfig:
    """Return the search of that strategy and effort.

    Args:
        strategy: which of `STRATEGIES`.
        effort: 0 .. 9; at 0 every strategy is the encoder alone.
        objective: which of `OBJECTIVES`.

    Raises:
        SearchError: there is no such strategy, effort or objective.
    """
    _one_of(STRATEGIES, "strategy", strategy)
    objective = _one_of(OBJECTIVES, "objective", objective)
    if effort not in EFFORTS:
        raise SearchError(f"there is no search effort {effort}; give 0 to {EFFORTS[-1]}.")
    if strategy == "encoder_only" or effort == 0:
        config = SearchConfig("encoder_only")
    elif strategy == "back_propagation":
        config = SearchConfig("back_propagation", "mse", _ITERATIONS[effort], step=3.0)
    elif strategy == "annealing" and effort in _ANNEALING_ITERATIONS:
        config = SearchConfig("annealing", "mse", _ANNEALING_ITERATIONS[effort], step=0.003)
    elif strategy == "admm":
        config = SearchConfig("admm", "mse", _ITERATIONS[effort], *_ADMM[effort - 1])
    else:
        config = SearchConfig("refinement", "mse", _ITERATIONS[effort], step=0.003)
    return replace(config, objective=objective)


def _one_of(known: tuple[Name, ...], kind: str, value: str) -> Name:
    for name in known:
        if name == value:
            return name
    raise SearchError(f"no search {kind} is called {value!r}; give one of {', '.join(known)}.")
