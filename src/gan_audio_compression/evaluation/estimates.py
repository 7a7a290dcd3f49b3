"""What is estimated from `utterance_scores`: means of measures, rates of errors and of bits.

A row of `utterance_scores` is one utterance of one system: system, id, split, test_set, speaker,
sex, dialect_region, bits (of the file), payload_bits, seconds, file_bit_rate, the metrics of the
measures, phone_errors, phones and reason (why something is missing, else None). What is missing is
NaN.
"""

from collections.abc import Mapping

import pandas as pd

from gan_audio_compression.evaluation.measure import Metric
from gan_audio_compression.evaluation.statistics import Estimate, ratio_with_interval

PHONE_ERROR_RATE = "phone_error_rate"

PHONE_ERRORS = Metric("Phone error rate", higher_is_better=False, digits=1)
"""How to show the phone error rate; its decimals are those of a percentage."""

# The columns whose sums a ratio is of; any other measure is a mean over utterances.
_RATIOS = {
    PHONE_ERROR_RATE: ("phone_errors", "phones"),
    "file_rate": ("bits", "seconds"),
    "payload_rate": ("payload_bits", "seconds"),
}


def with_phone_errors(metrics: Mapping[str, Metric]) -> dict[str, Metric]:
    """Return the metrics of the measures and the phone error rate, in the order of tables.

    That is all that is reported of a system beside its rate.
    """
    return {**metrics, PHONE_ERROR_RATE: PHONE_ERRORS}


def estimate(scores: pd.DataFrame, measure: str, *, seed: int) -> Estimate:
    """Estimate a measure from the utterances of one system.

    Args:
        scores: rows of `utterance_scores`, of one system.
        measure: a metric, "phone_error_rate", or "file_rate" or "payload_rate" (bit/s: all bits
            over all seconds, so that long utterances weigh more).
        seed: of the bootstrap over speakers.
    """
    return ratio_with_interval(*_terms(scores, measure), scores["speaker"], seed=seed)


def paired_difference(
    scores: pd.DataFrame, reference: pd.DataFrame, measure: str, *, seed: int
) -> Estimate:
    """Estimate how far a system is above a reference system on the utterances that both have.

    Pairs cancel what makes an utterance easy or hard for both, so the interval is far narrower
    than those of the two systems. Arguments are as for `estimate`; ids are unique in each table.
    """
    scores, reference = scores.set_index("id"), reference.set_index("id")
    numerators, denominators = _terms(scores, measure)
    subtrahends = _terms(reference, measure)[0].reindex(numerators.index)
    return ratio_with_interval(numerators - subtrahends, denominators, scores["speaker"], seed=seed)


def utterance_values(scores: pd.DataFrame, measure: str) -> pd.Series:
    """A measure of each utterance, NaN where it is missing; names are as for `estimate`."""
    numerators, denominators = _terms(scores, measure)
    return numerators / denominators


def _terms(scores: pd.DataFrame, measure: str) -> tuple[pd.Series, pd.Series]:
    """The measure of each utterance as numerator and denominator."""
    if measure in _RATIOS:
        numerator, denominator = _RATIOS[measure]
        return scores[numerator].astype(float), scores[denominator].astype(float)
    return scores[measure].astype(float), pd.Series(1.0, scores.index)
