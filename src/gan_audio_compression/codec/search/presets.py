"""How hard to search, as one number."""

import logging
from functools import cache
from typing import get_args

from gan_audio_compression.codec.search.config import SearchConfig, StrategyName
from gan_audio_compression.codec.search.errors import SearchError
from gan_audio_compression.extras import is_installed

logger = logging.getLogger(__name__)

STRATEGIES: tuple[StrategyName, ...] = get_args(StrategyName)
EFFORTS = range(10)
DEFAULT_EFFORT = 3
"""Effort where none is asked for and PyTorch is there to search with."""

# The steps about double from one effort to the next.
_ITERATIONS = (0, 5, 10, 20, 35, 60, 105, 195, 340, 600)
# A round of refinement takes as long as so many steps.
_STEPS_A_ROUND = 3
# Annealing starts with noise that a few steps cannot mend, so at less effort than these
# refinement stands in for it. What refines in the end takes most of the time up to effort 5.
_ANNEALING_ITERATIONS = {3: 5, 4: 8, 5: 10, 6: 20, 7: 50, 8: 120, 9: 300}

# ADMM ends once mu has driven the latent to the levels, whatever iterations are left. So a long
# search takes more steps between dual updates and a short one lets mu grow faster. Found on
# validation speech: step, mu, mu_growth and inner_steps from effort 1 on.
_ADMM = (
    (0.020, 0.001, 2.0, 1),
    (0.020, 0.001, 2.0, 2),
    (0.015, 0.001, 2.0, 4),
    (0.015, 0.001, 1.6, 5),
    (0.010, 0.001, 1.3, 5),
    (0.010, 0.001, 1.25, 7),
    (0.010, 0.001, 1.25, 13),
    (0.007, 0.001, 1.2, 20),
    (0.007, 0.001, 1.18, 30),
)


@cache
def default_effort() -> int:
    """Return the effort where none is asked for: 0 without PyTorch, which is said once."""
    if is_installed("torch"):
        return DEFAULT_EFFORT
    logger.warning(
        "PyTorch is not installed, so the encoder alone finds the symbols (effort 0); for a search:"
        " pip install 'gan-audio-compression[search]'."
    )
    return 0


def search_config(strategy: str, effort: int) -> SearchConfig:
    """Return the search of that strategy and effort, for the codec's own objective.

    Args:
        strategy: which of `STRATEGIES`.
        effort: 0 .. 9; at 0 every strategy is the encoder alone.

    Raises:
        SearchError: there is no such strategy or effort.
    """
    if strategy not in STRATEGIES:
        known = ", ".join(STRATEGIES)
        raise SearchError(f"no search strategy is called {strategy!r}; give one of {known}.")
    if effort not in EFFORTS:
        raise SearchError(f"there is no search effort {effort}; give 0 to {EFFORTS[-1]}.")
    if strategy == "encoder_only" or effort == 0:
        return SearchConfig("encoder_only")
    if strategy == "back_propagation":
        return SearchConfig("back_propagation", None, _ITERATIONS[effort], step=40.0)
    if strategy == "annealing" and effort in _ANNEALING_ITERATIONS:
        return SearchConfig("annealing", None, _ANNEALING_ITERATIONS[effort], step=0.003)
    if strategy == "admm":
        return SearchConfig("admm", None, _ITERATIONS[effort], *_ADMM[effort - 1])
    rounds = -(-_ITERATIONS[effort] // _STEPS_A_ROUND)
    return SearchConfig("refinement", None, rounds)
