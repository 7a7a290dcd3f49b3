"""Static probability tables of levels, held as integers so that every machine codes alike."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

TOTAL = 1 << 16
"""Sum of the counts of each table: a count c is the probability c / TOTAL, exact as a float64."""

Integers = NDArray[np.integer[Any]]


@dataclass(frozen=True, eq=False)
class LevelTables:
    """One probability table for each context.

    Attributes:
        counts: int32 [tables, levels], each at least 1, each row summing to TOTAL; read-only.

    Raises:
        ValueError: the counts are of another shape, type or range.
    """

    counts: NDArray[np.int32]

    def __post_init__(self) -> None:
        counts = np.array(self.counts)
        if counts.ndim != 2 or counts.dtype.kind not in "iu" or counts.shape[1] < 2:
            raise ValueError(
                f"counts must be integers of shape [tables, levels] with at least 2 levels,"
                f" not {counts.dtype} of shape {counts.shape}."
            )
        if (counts < 1).any() or (counts > TOTAL).any() or (counts.sum(axis=1) != TOTAL).any():
            raise ValueError(f"counts must be at least 1 and sum to {TOTAL} in each table.")
        counts = counts.astype(np.int32)
        counts.flags.writeable = False
        object.__setattr__(self, "counts", counts)

    @classmethod
    def fit(cls, symbols: Integers, contexts: Integers, tables: int, levels: int) -> Self:
        """Estimate the tables from training symbols, counting each level once more than seen.

        Args:
            symbols: [n], in 0 .. levels - 1.
            contexts: [n], in 0 .. tables - 1; `contexts[i]` is the table that codes `symbols[i]`.
            tables: number of tables, at least 1; one that was never used becomes uniform.
            levels: number of levels, 2 .. TOTAL.

        Raises:
            ValueError: an argument is out of its range or the arrays differ in length.
        """
        if tables < 1 or not 2 <= levels <= TOTAL:
            raise ValueError(
                f"fit needs at least 1 table and 2 to {TOTAL} levels, not {tables} and {levels}."
            )
        symbols = _indices("symbols", symbols, levels)
        contexts = _indices("contexts", contexts, tables)
        _check_lengths(symbols, contexts)
        cells = contexts.astype(np.int64) * levels + symbols
        seen = np.bincount(cells, minlength=tables * levels).reshape(tables, levels)
        return cls.from_histogram(seen)

    @classmethod
    def from_histogram(cls, seen: Integers) -> Self:
        """Estimate the tables from how often each level was seen, counting each once more.

        Args:
            seen: [tables, levels], not negative.
        """
        return cls(_apportion(seen.astype(np.int64) + 1))

    @cached_property
    def probabilities(self) -> NDArray[np.float64]:
        """Probability of each level, [tables, levels], exact; each sum is 1; read-only."""
        probabilities: NDArray[np.float64] = self.counts / TOTAL
        probabilities.flags.writeable = False
        return probabilities

    @cached_property
    def bits(self) -> NDArray[np.float64]:
        """Ideal code length of each level in bits, -log2 p, [tables, levels]; read-only."""
        bits: NDArray[np.float64] = np.log2(TOTAL / self.counts)
        bits.flags.writeable = False
        return bits

    def code_length(self, symbols: Integers, contexts: Integers) -> float:
        """Ideal code length in bits: the sum of -log2 p over the symbols (Shannon, 1948).

        Raises:
            ValueError: as `checked`.
        """
        symbols, contexts = self.checked(symbols, contexts)
        return float(self.bits[contexts, symbols].sum())

    def checked(
        self, symbols: Integers, contexts: Integers
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """The symbols and their contexts as int32, when these tables can code them.

        Raises:
            ValueError: not one-dimensional integers, of different length or out of range.
        """
        symbols = _indices("symbols", symbols, self.counts.shape[1])
        contexts = self.checked_contexts(contexts)
        _check_lengths(symbols, contexts)
        return symbols, contexts

    def checked_contexts(self, contexts: Integers) -> NDArray[np.int32]:
        """The contexts as int32, when there is a table for each.

        Raises:
            ValueError: not one-dimensional integers or out of range.
        """
        return _indices("contexts", contexts, self.counts.shape[0])


def _indices(name: str, values: Integers, limit: int) -> NDArray[np.int32]:
    if values.ndim != 1 or values.dtype.kind not in "iu":
        raise ValueError(
            f"{name} must be one-dimensional integers, not {values.dtype} of shape {values.shape}."
        )
    if ((values < 0) | (values >= limit)).any():
        raise ValueError(
            f"{name} must be in 0 .. {limit - 1}, but go from {values.min()} to {values.max()}."
        )
    return values.astype(np.int32)


def _check_lengths(symbols: NDArray[np.int32], contexts: NDArray[np.int32]) -> None:
    if len(symbols) != len(contexts):
        raise ValueError(
            f"each symbol needs one context, but there are {len(symbols)} symbols"
            f" and {len(contexts)} contexts."
        )


def _apportion(weights: NDArray[np.int64]) -> NDArray[np.int32]:
    """Share TOTAL among each row in proportion to its weights, at least 1 each.

    One count each comes first, the rest by the largest remainder; of equal remainders the lower
    level's wins. All in integers, so the same on every machine.
    """
    budget = TOTAL - weights.shape[1]
    shares, remainders = np.divmod(weights * budget, weights.sum(axis=1, keepdims=True))
    missing = budget - shares.sum(axis=1, keepdims=True)
    by_remainder = np.argsort(-remainders, axis=1, kind="stable")
    rank = np.argsort(by_remainder, axis=1)
    return np.asarray(1 + shares + (rank < missing), dtype=np.int32)
