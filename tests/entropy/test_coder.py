"""What holds for every entropy coder."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gan_audio_compression.entropy.coder import EntropyCoder, make_coder
from gan_audio_compression.entropy.errors import CorruptPayloadError
from gan_audio_compression.entropy.tables import TOTAL, LevelTables

NAMES = ["arithmetic", "huffman"]
every_coder = pytest.mark.parametrize("name", NAMES)


def random_tables(
    tables: int, levels: int, concentration: float, random: np.random.Generator
) -> LevelTables:
    """Tables drawn from a Dirichlet distribution: skewed below 1, nearly uniform far above."""
    p = random.dirichlet(np.full(levels, concentration), tables)
    counts = 1 + np.floor(p * (TOTAL - levels)).astype(np.int32)
    counts[:, 0] += TOTAL - counts.sum(axis=1)
    return LevelTables(counts)


def draw(
    tables: LevelTables, size: int, random: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Symbols that follow the tables, and their contexts."""
    contexts = random.integers(0, len(tables.counts), size)
    cumulated = tables.counts.cumsum(axis=1)[contexts]
    symbols = (random.integers(0, TOTAL, size)[:, None] >= cumulated).sum(axis=1)
    return symbols, contexts


@st.composite
def sources(draw_value: st.DrawFn) -> tuple[LevelTables, NDArray[np.int64], NDArray[np.int64]]:
    """Tables and symbols, some that follow the tables and some that do not."""
    random = np.random.default_rng(draw_value(st.integers(0, 2**32 - 1)))
    levels = draw_value(st.integers(2, 40))
    concentration = draw_value(st.sampled_from([0.02, 0.3, 1.0, 100.0]))
    tables = random_tables(draw_value(st.integers(1, 6)), levels, concentration, random)
    size = draw_value(st.integers(0, 300))
    symbols, contexts = draw(tables, size, random)
    if draw_value(st.booleans()):
        symbols = random.integers(0, levels, size)
    return tables, symbols, contexts


@every_coder
@given(source=sources())
def test_round_trip(
    name: str, source: tuple[LevelTables, NDArray[np.int64], NDArray[np.int64]]
) -> None:
    tables, symbols, contexts = source
    coder = make_coder(name, tables)
    decoded = coder.decode(coder.encode(symbols, contexts), contexts)
    assert decoded.dtype == np.int32
    np.testing.assert_array_equal(decoded, symbols)


@every_coder
def test_nothing_is_coded_by_nothing(name: str) -> None:
    coder = make_coder(name, random_tables(2, 4, 1.0, np.random.default_rng(0)))
    none = np.array([], dtype=np.int32)
    assert coder.encode(none, none) == b""
    assert coder.decode(b"", none).shape == (0,)


@every_coder
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int64, np.uint64])
def test_payload_does_not_depend_on_the_integer_type(name: str, dtype: type) -> None:
    random = np.random.default_rng(0)
    tables = random_tables(3, 16, 0.5, random)
    coder = make_coder(name, tables)
    symbols, contexts = draw(tables, 200, random)
    as_int32 = coder.encode(symbols.astype(np.int32), contexts.astype(np.int32))
    assert coder.encode(symbols.astype(dtype), contexts.astype(dtype)) == as_int32
    assert coder.encode(np.repeat(symbols, 2)[::2], contexts) == as_int32


@every_coder
@pytest.mark.parametrize("concentration", [0.3, 100.0])
def test_bits_are_what_a_payload_takes(name: str, concentration: float) -> None:
    random = np.random.default_rng(0)
    tables = random_tables(3, 16, concentration, random)
    coder = make_coder(name, tables)
    symbols, contexts = draw(tables, 5000, random)
    bits = coder.bits[contexts, symbols].sum()
    assert 8 * len(coder.encode(symbols, contexts)) == pytest.approx(bits, abs=8, rel=1e-3)


@every_coder
def test_relabelling_the_tables_changes_nothing(name: str) -> None:
    random = np.random.default_rng(0)
    tables = random_tables(4, 8, 0.3, random)
    symbols, contexts = draw(tables, 300, random)
    order = np.array([2, 0, 3, 1])
    relabelled = make_coder(name, LevelTables(tables.counts[order]))
    payload = make_coder(name, tables).encode(symbols, contexts)
    assert relabelled.encode(symbols, np.argsort(order)[contexts]) == payload
    assert relabelled.encode(symbols, contexts) != payload


@every_coder
@given(data=st.binary(max_size=64), size=st.integers(0, 200), seed=st.integers(0, 99))
def test_garbage_gives_levels_in_range_or_says_corrupt(
    name: str, data: bytes, size: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    tables = random_tables(3, 5, 0.3, random)
    coder = make_coder(name, tables)
    try:
        decoded = coder.decode(data, random.integers(0, 3, size))
    except CorruptPayloadError:
        return
    assert decoded.shape == (size,)
    assert ((decoded >= 0) & (decoded < 5)).all()


@every_coder
@pytest.mark.parametrize("byte", [0x00, 0x01, 0x80, 0xFF])
def test_runs_of_one_byte_give_levels_in_range_or_say_corrupt(name: str, byte: int) -> None:
    coder = make_coder(name, random_tables(1, 5, 1.0, np.random.default_rng(0)))
    for size in range(20):
        try:
            decoded = coder.decode(bytes([byte]) * size, np.zeros(500, np.int32))
        except CorruptPayloadError:
            continue
        assert ((decoded >= 0) & (decoded < 5)).all()


@every_coder
@pytest.mark.parametrize(
    ("symbols", "contexts"), [([4], [0]), ([-1], [0]), ([0], [2]), ([0], [-1]), ([0, 1], [0])]
)
def test_what_the_tables_cannot_code_is_refused(
    name: str, symbols: list[int], contexts: list[int]
) -> None:
    coder = make_coder(name, random_tables(2, 4, 1.0, np.random.default_rng(0)))
    with pytest.raises(ValueError, match=r"symbol|context"):
        coder.encode(np.array(symbols), np.array(contexts))


@every_coder
def test_decoding_with_a_context_that_has_no_table_is_refused(name: str) -> None:
    coder = make_coder(name, random_tables(2, 4, 1.0, np.random.default_rng(0)))
    with pytest.raises(ValueError, match="contexts must be in"):
        coder.decode(b"abcd", np.array([0, 2]))


@every_coder
def test_a_minute_of_speech_takes_under_a_second_each_way(name: str) -> None:
    random = np.random.default_rng(0)
    tables = random_tables(64, 16, 0.5, random)
    symbols, contexts = draw(tables, 30_000, random)
    coder: EntropyCoder = make_coder(name, tables)
    start = time.perf_counter()
    payload = coder.encode(symbols, contexts)
    encoded = time.perf_counter()
    coder.decode(payload, contexts)
    assert encoded - start < 1.0
    assert time.perf_counter() - encoded < 1.0


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    tables = random_tables(1, 2, 1.0, np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"'morse'.*arithmetic.*huffman"):
        make_coder("morse", tables)
