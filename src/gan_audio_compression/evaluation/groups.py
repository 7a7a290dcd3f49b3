"""For whom a system works well, and how far systems are apart on the same utterances."""

from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from gan_audio_compression.evaluation.estimates import (
    estimate,
    paired_difference,
    with_phone_errors,
)
from gan_audio_compression.evaluation.measure import Metric
from gan_audio_compression.evaluation.systems import UnknownSystemError

GROUPINGS = {
    "test_set": "Test set",
    "speaker": "Speaker",
    "sex": "Sex",
    "dialect_region": "Dialect region",
}
"""What divides utterances, and what the report calls it."""


def group_comparison(
    scores: pd.DataFrame, metrics: Mapping[str, Metric], *, seed: int
) -> pd.DataFrame:
    """Return each measure of each system within each group of utterances.

    Args:
        scores: `utterance_scores`; an utterance whose group is not known is in none.
        metrics: of the measures, in the order of tables.
        seed: of the bootstrap over speakers.

    Returns:
        A row for each system, grouping (of GROUPINGS), group and measure (a metric or
        "phone_error_rate") that has utterances: n, speakers, mean, median, and the 95 % interval
        low, high, NaN for a group of one speaker. The mean of a phone error rate is errors of all
        over phones of all.
    """
    return pd.DataFrame(
        _group_rows(scores, with_phone_errors(metrics), seed),
        columns=[
            *("system", "grouping", "group", "measure"),
            *("n", "speakers", "mean", "median", "low", "high"),
        ],
    )


def _group_rows(
    scores: pd.DataFrame, measures: Iterable[str], seed: int
) -> Iterator[tuple[object, ...]]:
    for system, of_system in scores.groupby("system", sort=False):
        for grouping in GROUPINGS:
            for group, of_group in of_system.groupby(grouping):
                for measure in measures:
                    of = estimate(of_group, measure, seed=seed)
                    if of.n:
                        key = (system, grouping, group, measure)
                        yield *key, of.n, of.speakers, of.value, of.median, of.low, of.high


def paired_differences(
    scores: pd.DataFrame, metrics: Mapping[str, Metric], reference: str, *, seed: int
) -> pd.DataFrame:
    """Return how far each other system is above the reference, on the utterances that both have.

    Args:
        scores: `utterance_scores`.
        metrics: of the measures, in the order of tables.
        reference: label of the system that the others are compared with.
        seed: of the bootstrap over speakers.

    Returns:
        A row for each system and measure (a metric or "phone_error_rate") that has such
        utterances: n, speakers, difference (system minus reference) and its 95 % interval low,
        high, NaN for one speaker. An interval without zero says that the two differ; of twenty
        such, one is wrong.

    Raises:
        UnknownSystemError: the reference was not scored.
    """
    by_system = dict(list(scores.groupby("system", sort=False)))
    if reference not in by_system:
        raise UnknownSystemError(
            f"{reference} has no scores, so nothing can be compared with it; score it or choose"
            " another reference."
        )
    of_reference = by_system.pop(reference)
    rows = []
    for system, of_system in by_system.items():
        for measure in with_phone_errors(metrics):
            of = paired_difference(of_system, of_reference, measure, seed=seed)
            if of.n:
                rows.append((system, measure, of.n, of.speakers, of.value, of.low, of.high))
    return pd.DataFrame(
        rows, columns=["system", "measure", "n", "speakers", "difference", "low", "high"]
    )
