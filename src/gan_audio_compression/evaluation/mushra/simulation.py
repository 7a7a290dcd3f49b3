"""A simulated panel: to learn how many listeners a test needs, and to check the statistics.

Nothing that comes from here is a MUSHRA score; listeners are named so that no file of ratings
takes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gan_audio_compression.evaluation.mushra.ratings import COLUMNS


@dataclass(frozen=True)
class SimulatedCondition:
    """A condition and the score that it has on average, 0 to 100."""

    key: str
    role: str
    quality: float


@dataclass(frozen=True)
class Panel:
    """Who listens, with standard deviations in points of the scale.

    Attributes:
        unreliable: listeners among them who rate at random.
        bias: of how kind a listener is to all that is degraded.
        taste: of what one listener thinks of one codec, over all utterances.
        noise: of a single score.
    """

    listeners: int
    unreliable: int = 0
    bias: float = 8.0
    taste: float = 5.0
    noise: float = 8.0


def simulate_ratings(
    panel: Panel, conditions: Sequence[SimulatedCondition], *, utterances: int, seed: int
) -> pd.DataFrame:
    """Ratings with the columns of `ratings.COLUMNS`, as the panel would give them.

    A reliable listener recognises the hidden reference, and gives it 95 to 100. The unreliable come
    first in the order of names.
    """
    draw = np.random.default_rng(seed)
    shape = (utterances, len(conditions))
    quality = np.array([condition.quality for condition in conditions])
    hidden = np.array([condition.role == "hidden_reference" for condition in conditions])
    rows = []
    for listener in range(panel.listeners):
        liking = draw.normal(0, panel.bias) + draw.normal(0, panel.taste, len(conditions))
        scores = quality + liking + draw.normal(0, panel.noise, shape)
        scores = np.where(hidden, draw.uniform(95, 100, shape), scores)
        if listener < panel.unreliable:
            scores = draw.uniform(0, 100, shape)
        rows += _rows(f"simulated-{listener:03}", scores.round().clip(0, 100), conditions)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rows(
    listener: str, scores: np.ndarray, conditions: Sequence[SimulatedCondition]
) -> list[dict[str, object]]:
    return [
        {
            "listener": listener,
            "utterance": f"utterance-{number:02}",
            "condition": condition.key,
            "label": condition.key,
            "role": condition.role,
            "score": int(score),
            "source_sha256": "",
            "trials": len(scores),
            "position": number + 1,
            "place": place + 1,
            "revision": 1,
            "seconds": 60.0,
            "comment": "",
        }
        for number, of_utterance in enumerate(scores)
        for place, (condition, score) in enumerate(zip(conditions, of_utterance, strict=True))
    ]
