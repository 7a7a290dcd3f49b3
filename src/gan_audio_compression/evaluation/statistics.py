"""Means over utterances and how far they can be trusted.

Utterances of one speaker resemble each other, so the bootstrap draws speakers and not utterances:
each speaker drawn brings all of their utterances (the cluster bootstrap; Field and Welsh,
Bootstrapping clustered data, 2007). Few speakers make its intervals too narrow: with as much
variance between speakers as within, and 8 utterances of each, the 95 % interval holds the true
mean in 79 % of simulations with 4 speakers, 89 % with 8 and 94 % with 24.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_RESAMPLES = 2000
_BOUNDS = (0.025, 0.975)


@dataclass(frozen=True)
class Estimate:
    """A mean over utterances, or a ratio of sums over them, with its 95 % interval.

    Attributes:
        value: the mean or ratio; NaN where there is no utterance.
        median: of the utterances' own values or ratios.
        low, high: percentile bootstrap interval; NaN for a single speaker, who shows nothing of
            how speakers differ.
        n: utterances that count.
        speakers: of these utterances.
    """

    value: float
    median: float
    low: float
    high: float
    n: int
    speakers: int


def mean_with_interval(values: pd.Series, speakers: pd.Series, *, seed: int) -> Estimate:
    """The mean over utterances, bootstrapped by speaker.

    Args:
        values: one for each utterance; NaN is left out.
        speakers: label of the speaker of each utterance, with the index of `values`.
        seed: of the bootstrap.
    """
    return ratio_with_interval(values, pd.Series(1.0, values.index), speakers, seed=seed)


def ratio_with_interval(
    numerators: pd.Series, denominators: pd.Series, speakers: pd.Series, *, seed: int
) -> Estimate:
    """The sum of numerators over the sum of denominators, bootstrapped by speaker.

    Such is an error rate (errors over phones) or a bit rate (bits over seconds).

    Args:
        numerators, denominators: one for each utterance; it is left out where either is NaN or
            its denominator is not positive.
        speakers: label of the speaker of each utterance, with the index of `numerators`.
        seed: of the bootstrap. The same speakers are drawn for the same number of speakers, so
            that systems scored on the same speakers are compared on the same draws.
    """
    counts = numerators.notna() & (denominators > 0)
    upper, lower = (part[counts].to_numpy(np.float64) for part in (numerators, denominators))
    if not upper.size:
        return Estimate(math.nan, math.nan, math.nan, math.nan, 0, 0)
    labels, cluster = np.unique(speakers[counts].to_numpy(str), return_inverse=True)
    low, high = math.nan, math.nan
    if len(labels) > 1:
        drawn = _drawn_speakers(len(labels), seed)
        sums = (drawn @ np.bincount(cluster, weights=part) for part in (upper, lower))
        low, high = map(float, np.quantile(np.divide(*sums), _BOUNDS))
    value = float(upper.sum() / lower.sum())
    return Estimate(value, float(np.median(upper / lower)), low, high, len(upper), len(labels))


@lru_cache(maxsize=16)
def _drawn_speakers(speakers: int, seed: int) -> NDArray[np.float64]:
    """How often each speaker is in each resample, [resamples, speakers]."""
    generator = np.random.default_rng(seed)
    shares = np.full(speakers, 1 / speakers)
    return generator.multinomial(speakers, shares, size=_RESAMPLES).astype(np.float64)
