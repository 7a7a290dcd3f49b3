"""Whether codecs differ for listeners: Friedman over all, then Wilcoxon by pairs with Holm."""

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import friedmanchisquare, wilcoxon

from gan_audio_compression.evaluation.mushra.ratings import TESTED_ROLES, listener_means

COLUMNS = ("system", "other", "listeners", "difference", "p", "p_holm")


@dataclass(frozen=True)
class Friedman:
    """Friedman's test of no difference between any of the codecs.

    Attributes:
        statistic: chi-square of `codecs` - 1 degrees of freedom; NaN with fewer than three codecs
            or two listeners.
        p: of the same; NaN too.
    """

    statistic: float
    p: float
    listeners: int
    codecs: int


def friedman_test(ratings: pd.DataFrame) -> Friedman:
    """Test whether any codecs differ, each listener's means over the utterances being a block.

    Args:
        ratings: of the listeners who count, with the columns of `ratings.COLUMNS`.
    """
    means = _codec_means(ratings)
    listeners, codecs = means.shape
    if codecs < 3 or listeners < 2:
        return Friedman(math.nan, math.nan, listeners, codecs)
    statistic, p = friedmanchisquare(*means.to_numpy().T)
    return Friedman(float(statistic), float(p), listeners, codecs)


def pairwise_tests(ratings: pd.DataFrame) -> pd.DataFrame:
    """Wilcoxon's signed-rank test of every two codecs over the listeners' means, two-sided.

    With N listeners no p is below 2 / 2^N, so that five listeners (0.06) cannot show a difference.

    Returns:
        With COLUMNS: the mean difference of system minus other, p, and p after Holm (1979).
    """
    means = _codec_means(ratings)
    rows = [
        {
            "system": system,
            "other": other,
            "listeners": len(means),
            "difference": float((means[system] - means[other]).mean()),
            "p": _wilcoxon_p((means[system] - means[other]).to_numpy()),
        }
        for system, other in combinations(means.columns, 2)
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table["p_holm"] = holm(table["p"].to_numpy(np.float64))
    return table


def holm(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """The p values, [n], adjusted for their number: Holm's step-down procedure (1979)."""
    order = np.argsort(p)
    steps = p[order] * np.arange(len(p), 0, -1)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return adjusted


def _codec_means(ratings: pd.DataFrame) -> pd.DataFrame:
    return listener_means(ratings[ratings["role"].isin(TESTED_ROLES)])


def _wilcoxon_p(differences: NDArray[np.float64]) -> float:
    """The p value; 1 where no listener hears a difference, which leaves nothing to rank."""
    if not differences.any():
        return 1.0
    return float(wilcoxon(differences).pvalue)
