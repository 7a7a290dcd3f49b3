"""Scores by codec and by utterance, with their intervals."""

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t

from gan_audio_compression.evaluation.mushra.ratings import listener_means

_CONFIDENCE = 0.95

BY_CONDITION_COLUMNS = (
    *("condition", "label", "role", "listeners", "scores"),
    *("mean", "low", "high", "median", "lower_quartile", "upper_quartile"),
)
BY_UTTERANCE_COLUMNS = ("utterance", *BY_CONDITION_COLUMNS)


def scores_by_condition(ratings: pd.DataFrame) -> pd.DataFrame:
    """Mean with 95 % interval, median and quartiles of each condition, the best first.

    The interval is the t interval of the standard (BS.1534-3, section 9), here over the listeners'
    means over the utterances: mean plus and minus t(0.975, N - 1) S / sqrt(N) for N listeners. It
    says what other listeners would give. Median and quartiles are of all scores.

    Args:
        ratings: of the listeners who count, with the columns of `ratings.COLUMNS`.

    Returns:
        With BY_CONDITION_COLUMNS; `scores` counts them, low and high are NaN for one listener.
    """
    means = listener_means(ratings)
    rows = [
        {**_about(scores), **_interval(means[label].to_numpy()), **_spread(scores)}
        for label, scores in ratings.groupby("label", sort=False)
    ]
    table = pd.DataFrame(rows, columns=list(BY_CONDITION_COLUMNS))
    return table.sort_values("mean", ascending=False, ignore_index=True)


def scores_by_utterance(ratings: pd.DataFrame) -> pd.DataFrame:
    """The same of each utterance alone, where a listener has one score for each condition."""
    tables = [
        scores_by_condition(scores).assign(utterance=utterance)
        for utterance, scores in ratings.groupby("utterance", sort=True)
    ]
    if not tables:
        return pd.DataFrame(columns=list(BY_UTTERANCE_COLUMNS))
    return pd.concat(tables, ignore_index=True)[list(BY_UTTERANCE_COLUMNS)]


def _about(scores: pd.DataFrame) -> dict[str, object]:
    first = scores.iloc[0]
    about = {column: first[column] for column in ("condition", "label", "role")}
    return about | {"listeners": scores["listener"].nunique(), "scores": len(scores)}


def _interval(values: NDArray[np.float64]) -> dict[str, float]:
    mean, n = float(values.mean()), len(values)
    half = math.nan
    if n > 1:
        quantile = float(t.ppf((1 + _CONFIDENCE) / 2, n - 1))
        half = quantile * float(values.std(ddof=1)) / math.sqrt(n)
    return {"mean": mean, "low": mean - half, "high": mean + half}


def _spread(scores: pd.DataFrame) -> dict[str, float]:
    quartiles = np.quantile(scores["score"].astype(float), [0.25, 0.5, 0.75])
    names = ("lower_quartile", "median", "upper_quartile")
    return dict(zip(names, map(float, quartiles), strict=True))
