"""Small tables of ratings."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import pytest

from gan_audio_compression.evaluation.mushra.ratings import COLUMNS

Scores = Mapping[str, Sequence[int]]
MakeRatings = Callable[..., pd.DataFrame]

ROLES = {"original": "hidden_reference", "low": "low_anchor", "mid": "mid_anchor"}


@pytest.fixture(scope="session")
def make_ratings() -> MakeRatings:
    """Make ratings from each listener's scores by condition, one for each utterance."""
    return ratings_of


def ratings_of(listeners: Mapping[str, Scores], trials: int | None = None) -> pd.DataFrame:
    rows = [
        {
            "listener": listener,
            "utterance": f"u{number}",
            "condition": condition,
            "label": condition.upper(),
            "role": ROLES.get(condition, "codec"),
            "score": score,
            "trials": trials or len(scores),
        }
        for listener, conditions in listeners.items()
        for condition, scores in conditions.items()
        for number, score in enumerate(scores)
    ]
    return pd.DataFrame(rows).reindex(columns=list(COLUMNS))
