"""Level tables: exact sums, sound estimates, and refusal of what cannot be coded."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_audio_compression.entropy.tables import TOTAL, LevelTables


def halves_and_quarter() -> LevelTables:
    """Probabilities 1/2, 1/4, 1/4 in table 0 and 1/4, 1/4, 1/2 in table 1."""
    half, quarter = TOTAL // 2, TOTAL // 4
    return LevelTables(np.array([[half, quarter, quarter], [quarter, quarter, half]], np.int32))


@given(
    st.integers(1, 5),
    st.integers(2, 40),
    st.integers(0, 3000),
    st.floats(0.05, 5.0),
    st.integers(0, 2**32 - 1),
)
def test_fit_always_sums_to_the_total_with_no_zero(
    tables: int, levels: int, size: int, concentration: float, seed: int
) -> None:
    random = np.random.default_rng(seed)
    p = random.dirichlet(np.full(levels, concentration))
    fitted = LevelTables.fit(
        random.choice(levels, size, p=p), random.integers(0, tables, size), tables, levels
    )
    assert fitted.counts.shape == (tables, levels)
    assert fitted.counts.dtype == np.int32
    assert (fitted.counts >= 1).all()
    assert (fitted.counts.sum(axis=1) == TOTAL).all()


def test_fit_counts_each_table_on_its_own_with_one_added() -> None:
    symbols = np.array([0] * 5 + [1] + [1] * 5 + [0])
    contexts = np.array([0] * 6 + [1] * 6)
    fitted = LevelTables.fit(symbols, contexts, tables=2, levels=2)
    assert fitted.probabilities[0] == pytest.approx([6 / 8, 2 / 8], abs=2 / TOTAL)
    assert fitted.probabilities[1] == pytest.approx([2 / 8, 6 / 8], abs=2 / TOTAL)


def test_fit_depends_on_the_multiset_alone() -> None:
    random = np.random.default_rng(0)
    symbols, contexts = random.integers(0, 7, 500), random.integers(0, 3, 500)
    order = random.permutation(500)
    one = LevelTables.fit(symbols, contexts, 3, 7)
    other = LevelTables.fit(symbols[order].astype(np.uint8), contexts[order].astype(np.int16), 3, 7)
    np.testing.assert_array_equal(one.counts, other.counts)


def test_an_unused_table_is_uniform_and_ties_go_to_the_lower_level() -> None:
    none = np.array([], dtype=np.int64)
    assert LevelTables.fit(none, none, 1, 3).counts.tolist() == [[21846, 21845, 21845]]


def test_a_level_seen_once_in_a_million_keeps_a_count() -> None:
    symbols = np.zeros(1_000_000, dtype=np.int64)
    fitted = LevelTables.fit(symbols, symbols, 1, 4)
    assert fitted.counts.tolist() == [[TOTAL - 3, 1, 1, 1]]


def test_as_many_levels_as_counts_are_all_equal() -> None:
    fitted = LevelTables.fit(np.zeros(9, np.int32), np.zeros(9, np.int32), 1, TOTAL)
    assert (fitted.counts == 1).all()


def test_code_length_in_bits() -> None:
    tables = halves_and_quarter()
    symbols, contexts = np.array([0, 1, 2, 0, 1, 2]), np.array([0, 0, 0, 1, 1, 1])
    assert tables.code_length(symbols, contexts) == 1 + 2 + 2 + 2 + 2 + 1
    assert tables.code_length(symbols[:0], contexts[:0]) == 0.0


def test_bits_of_each_level() -> None:
    tables = halves_and_quarter()
    assert tables.bits.tolist() == [[1.0, 2.0, 2.0], [2.0, 2.0, 1.0]]
    with pytest.raises(ValueError, match="read-only"):
        tables.bits[0, 0] = 0.0


def test_the_fitted_table_codes_its_source_at_its_entropy() -> None:
    p = np.array([0.7, 0.2, 0.1])
    symbols = np.random.default_rng(0).choice(3, 100_000, p=p)
    contexts = np.zeros_like(symbols)
    bits = LevelTables.fit(symbols, contexts, 1, 3).code_length(symbols, contexts)
    assert bits / 100_000 == pytest.approx(1.1568, rel=0.01)


def test_counts_are_a_frozen_copy() -> None:
    mine = np.array([[TOTAL // 2, TOTAL // 2]], np.int32)
    tables = LevelTables(mine)
    mine[0, 0] = 1
    assert tables.counts[0, 0] == TOTAL // 2
    with pytest.raises(ValueError, match="read-only"):
        tables.counts[0, 0] = 1


@pytest.mark.parametrize(
    "counts",
    [
        np.array([TOTAL // 2, TOTAL // 2]),
        np.array([[TOTAL]]),
        np.array([[TOTAL, 0]]),
        np.array([[TOTAL + 1, -1]]),
        np.array([[TOTAL // 2, TOTAL // 2 - 1]]),
        np.array([[TOTAL / 2, TOTAL / 2]]),
        # These sum to the total only if the sum wraps at 2**64.
        np.array([[2**63, 2**63, TOTAL]], dtype=np.uint64),
    ],
)
def test_bad_counts_are_refused(counts: np.ndarray) -> None:
    with pytest.raises(ValueError, match="counts must"):
        LevelTables(counts)


@pytest.mark.parametrize(
    ("symbols", "contexts"),
    [
        ([0, 3], [0, 0]),
        ([0, -1], [0, 0]),
        ([0, 1], [0, 2]),
        ([0, 1], [-1, 0]),
        ([0, 1], [0]),
        ([0.0, 1.0], [0, 0]),
        ([[0, 1]], [0, 0]),
    ],
)
def test_symbols_and_contexts_out_of_range_are_refused(
    symbols: list[int], contexts: list[int]
) -> None:
    with pytest.raises(ValueError, match=r"symbol|context"):
        halves_and_quarter().code_length(np.array(symbols), np.array(contexts))
    with pytest.raises(ValueError, match=r"symbol|context"):
        LevelTables.fit(np.array(symbols), np.array(contexts), tables=2, levels=3)


@pytest.mark.parametrize(("tables", "levels"), [(0, 4), (1, 1), (1, TOTAL + 1)])
def test_fit_refuses_impossible_sizes(tables: int, levels: int) -> None:
    none = np.array([], dtype=np.int32)
    with pytest.raises(ValueError, match="fit needs"):
        LevelTables.fit(none, none, tables, levels)
