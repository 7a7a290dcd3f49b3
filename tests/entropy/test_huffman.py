"""The Huffman coder: its code length, its padding and its exact bytes."""

import numpy as np
import pytest

from gan_audio_compression.entropy.errors import CorruptPayloadError
from gan_audio_compression.entropy.huffman import HuffmanCoder
from gan_audio_compression.entropy.tables import TOTAL, LevelTables

DYADIC = LevelTables(np.array([[TOTAL // 2, TOTAL // 4, TOTAL // 8, TOTAL // 8]]))


def in_proportion(counts: list[int]) -> tuple[LevelTables, np.ndarray, np.ndarray]:
    """Tables and symbols in which each level comes as often as its count says."""
    symbols = np.random.default_rng(0).permutation(np.repeat(np.arange(len(counts)), counts))
    return LevelTables(np.array([counts])), symbols, np.zeros_like(symbols)


@pytest.mark.parametrize("name", ["uniform", "skewed", "dominated", "dirichlet"])
def test_a_typical_message_is_never_shorter_than_ideal_nor_a_bit_a_symbol_longer(name: str) -> None:
    random = np.random.default_rng(0)
    counts = {
        "uniform": [4096] * 16,
        "skewed": [50_000, 10_000, 4000, 1000, 500, 36],
        "dominated": [TOTAL - 15, *[1] * 15],
        "dirichlet": (1 + random.multinomial(TOTAL - 12, random.dirichlet(np.ones(12)))).tolist(),
    }[name]
    tables, symbols, contexts = in_proportion(counts)
    payload = HuffmanCoder(tables).encode(symbols, contexts)
    ideal = tables.code_length(symbols, contexts)
    assert ideal <= 8 * len(payload) < ideal + TOTAL + 8


def test_probabilities_that_are_powers_of_two_are_coded_at_the_ideal_length() -> None:
    random = np.random.default_rng(0)
    coder = HuffmanCoder(DYADIC)
    for size in range(100):
        symbols, contexts = random.integers(0, 4, size), np.zeros(size, np.int32)
        ideal = DYADIC.code_length(symbols, contexts)
        assert len(coder.encode(symbols, contexts)) == int(np.ceil(ideal / 8))


def test_a_payload_that_ends_too_soon_is_corrupt() -> None:
    coder = HuffmanCoder(DYADIC)
    contexts = np.zeros(100, np.int32)
    payload = coder.encode(np.full(100, 3), contexts)
    with pytest.raises(CorruptPayloadError, match="20 bytes"):
        coder.decode(payload[:20], contexts)


def test_golden_bytes() -> None:
    """Fixed for ever: files of version 1 are read with these bytes."""
    tables = LevelTables(np.array([[40_000, 15_000, 7000, 3000, 536], [13_108, *[13_107] * 4]]))
    symbols = np.array([0, 4, 1, 3, 0, 2, 2, 1, 0, 0, 4, 3])
    contexts = np.array([0, 1] * 6)
    coder = HuffmanCoder(tables)
    assert coder.encode(symbols, contexts).hex() == "95e70600"
    np.testing.assert_array_equal(coder.decode(bytes.fromhex("95e70600"), contexts), symbols)
