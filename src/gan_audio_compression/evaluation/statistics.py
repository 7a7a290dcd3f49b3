"""Means over utterances and how far they can be trusted."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.stats import bootstrap


@dataclass(frozen=True)
class MeanInterval:
    """The mean of `n` values and the bounds of its confidence interval."""

    mean: float
    low: float
    high: float
    n: int


def mean_with_interval(
    values: Iterable[float], *, seed: int, resamples: int = 2000, confidence: float = 0.95
) -> MeanInterval:
    """Mean and percentile bootstrap interval (Efron, 1979) of the values that are not NaN.

    One value gives an interval of no width; none gives NaN throughout.
    """
    sample = np.array(list(values), dtype=np.float64)
    sample = sample[~np.isnan(sample)]
    if sample.size == 0:
        return MeanInterval(math.nan, math.nan, math.nan, 0)
    mean = float(sample.mean())
    if sample.size == 1:
        return MeanInterval(mean, mean, mean, 1)
    interval = bootstrap(
        (sample,),
        np.mean,
        n_resamples=resamples,
        confidence_level=confidence,
        method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return MeanInterval(mean, float(interval.low), float(interval.high), sample.size)
