"""Errors of a recognised sequence of phones, and their rate."""

from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein


def phone_errors(reference: Sequence[str], recognised: Sequence[str]) -> int:
    """Return the fewest substitutions, deletions and insertions S + D + I between the two.

    The phone error rate of a test set is the sum of its errors over the sum of the references'
    lengths, (S + D + I) / N; it can pass 1. Both are sequences as `corpus.phones.fold_phones`
    returns them, so that silence counts as one of the 39 phones, as usual for TIMIT.
    """
    return Levenshtein.distance(reference, recognised)
