"""The arithmetic coder: its code length, its shortest payload and its exact bytes."""

import numpy as np
import pytest

from gan_audio_compression.entropy.arithmetic import ArithmeticCoder
from gan_audio_compression.entropy.errors import CorruptPayloadError
from gan_audio_compression.entropy.tables import TOTAL, LevelTables

SOURCES = {
    "uniform": [4096] * 16,
    "skewed": [32768, 16384, 8192, 4096, 2048, 1024, *[100] * 9, 124],
    "dominated": [TOTAL - 15, *[1] * 15],
}
"""Counts of 16 levels."""


@pytest.mark.parametrize("size", [1, 2, 8, 64, 512, 30_000])
@pytest.mark.parametrize("source", SOURCES)
def test_payload_is_within_1_percent_and_1_byte_of_the_ideal(source: str, size: int) -> None:
    tables = LevelTables(np.array([SOURCES[source]]))
    contexts = np.zeros(size, np.int32)
    for seed in range(20):
        symbols = np.random.default_rng(seed).choice(16, size, p=tables.probabilities[0])
        payload = ArithmeticCoder(tables).encode(symbols, contexts)
        assert len(payload) <= 1.01 * tables.code_length(symbols, contexts) / 8 + 1


@pytest.mark.parametrize("level", [0, 7, 15])
@pytest.mark.parametrize("source", SOURCES)
def test_one_level_repeated_is_within_the_same_bound(source: str, level: int) -> None:
    tables = LevelTables(np.array([SOURCES[source]]))
    coder = ArithmeticCoder(tables)
    for size in [1, 5, 64, 1000]:
        symbols, contexts = np.full(size, level), np.zeros(size, np.int32)
        payload = coder.encode(symbols, contexts)
        assert len(payload) <= 1.01 * tables.code_length(symbols, contexts) / 8 + 1
        np.testing.assert_array_equal(coder.decode(payload, contexts), symbols)


def test_zeros_after_the_payload_change_nothing_and_no_byte_of_it_can_go() -> None:
    random = np.random.default_rng(0)
    tables = LevelTables(np.array([SOURCES["skewed"]]))
    coder = ArithmeticCoder(tables)
    contexts = np.zeros(64, np.int32)
    for _ in range(50):
        symbols = random.choice(16, 64, p=tables.probabilities[0])
        payload = coder.encode(symbols, contexts)
        np.testing.assert_array_equal(coder.decode(payload + bytes(9), contexts), symbols)
        for ending in range(256):
            try:
                other = coder.decode(payload[:-2] + bytes([ending]), contexts)
            except CorruptPayloadError:
                continue
            assert not np.array_equal(other, symbols)


def test_a_payload_beyond_every_interval_is_corrupt() -> None:
    coder = ArithmeticCoder(LevelTables(np.array([SOURCES["uniform"]])))
    with pytest.raises(CorruptPayloadError, match="8 bytes"):
        coder.decode(b"\xff" * 8, np.zeros(100, np.int32))


def test_golden_bytes() -> None:
    """Fixed for ever: files of version 1 are read with these bytes."""
    tables = LevelTables(np.array([SOURCES["skewed"], SOURCES["uniform"]]))
    symbols = np.array([0, 5, 1, 15, 0, 3, 2, 8, 0, 0, 1, 12])
    contexts = np.array([0, 1] * 6)
    coder = ArithmeticCoder(tables)
    assert coder.encode(symbols, contexts).hex() == "2de3cd3999"
    np.testing.assert_array_equal(coder.decode(bytes.fromhex("2de3cd3999"), contexts), symbols)
