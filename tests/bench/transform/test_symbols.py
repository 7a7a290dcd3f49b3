"""Payloads: round trips, their length, and bytes that nobody coded."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gan_audio_compression.bench.transform.contexts import TABLES, UNCODED, classes_at
from gan_audio_compression.bench.transform.model import TransformModel, step_size
from gan_audio_compression.bench.transform.quantiser import quantise
from gan_audio_compression.bench.transform.symbols import LARGEST_SYMBOL, LEVELS, SymbolCoder
from gan_audio_compression.entropy.errors import CorruptPayloadError
from gan_audio_compression.entropy.tables import LevelTables
from tests.payloads import nearest_shorter, old_forms

BLOCKS, SIZE, COMPONENTS = 6, 4, 10


@pytest.fixture
def coder() -> SymbolCoder:
    seen = np.random.default_rng(0).integers(0, 50, (TABLES, LEVELS))
    return SymbolCoder(LevelTables.from_histogram(seen))


@pytest.mark.parametrize("seed", range(5))
def test_symbols_come_back(coder: SymbolCoder, seed: int) -> None:
    draw = np.random.default_rng(seed)
    classes = draw.integers(UNCODED, 4, (SIZE, COMPONENTS)).astype(np.int32)
    shape = BLOCKS, SIZE, COMPONENTS
    symbols = draw.integers(-LARGEST_SYMBOL, LARGEST_SYMBOL + 1, shape).astype(np.int32)
    symbols[:, classes == UNCODED] = 0
    payload = coder.encode(symbols, classes)
    np.testing.assert_array_equal(coder.decode(payload, classes, BLOCKS), symbols)


def test_nothing_coded_is_no_payload(coder: SymbolCoder) -> None:
    classes = np.full((SIZE, COMPONENTS), UNCODED, np.int32)
    symbols = np.zeros((BLOCKS, SIZE, COMPONENTS), np.int32)
    assert coder.encode(symbols, classes) == b""
    np.testing.assert_array_equal(coder.decode(b"", classes, BLOCKS), symbols)


@pytest.mark.parametrize("index", [60, 120, 180])
def test_speech_takes_little_more_than_its_ideal_code_length(
    model: TransformModel, log_mels: list[NDArray[np.float32]], index: int
) -> None:
    classes = classes_at(model.spread, index)
    symbols = quantise(model.coefficients(log_mels[0]), step_size(index), classes)
    coder = SymbolCoder(model.tables)
    ideal = coder.code_length(symbols, classes)
    assert ideal <= 8 * len(coder.encode(symbols, classes)) <= 1.005 * ideal + 64


def test_what_came_before_helps(model: TransformModel, log_mels: list[NDArray[np.float32]]) -> None:
    classes = classes_at(model.spread, 120)
    symbols = quantise(model.coefficients(log_mels[0]), step_size(120), classes)
    shuffled = np.random.default_rng(0).permuted(symbols, axis=0)
    coder = SymbolCoder(model.tables)
    assert coder.code_length(symbols, classes) < 0.97 * coder.code_length(shuffled, classes)


@pytest.mark.parametrize("seed", range(20))
def test_foreign_bytes_give_symbols_within_range_or_an_error(coder: SymbolCoder, seed: int) -> None:
    draw = np.random.default_rng(seed)
    classes = draw.integers(0, 4, (SIZE, COMPONENTS)).astype(np.int32)
    data = bytes([255 * (seed % 2)]) * 4 + draw.bytes(int(draw.integers(0, 100)))
    try:
        symbols = coder.decode(data, classes, BLOCKS)
    except CorruptPayloadError:
        return
    assert symbols.shape == (BLOCKS, SIZE, COMPONENTS)
    assert np.abs(symbols).max() <= LARGEST_SYMBOL


@pytest.mark.parametrize("seed", range(10))
def test_a_payload_is_the_shortest_and_longer_ones_are_read(coder: SymbolCoder, seed: int) -> None:
    draw = np.random.default_rng(seed)
    classes = draw.integers(UNCODED, 4, (SIZE, COMPONENTS)).astype(np.int32)
    symbols = np.round(draw.laplace(scale=3, size=(BLOCKS, SIZE, COMPONENTS))).astype(np.int32)
    symbols[:, classes == UNCODED] = 0

    def decodes(payload: bytes) -> bool:
        try:
            return np.array_equal(coder.decode(payload, classes, BLOCKS), symbols)
        except CorruptPayloadError:
            return False

    payload = coder.encode(symbols, classes)
    assert decodes(payload)
    assert not any(map(decodes, nearest_shorter(payload)))
    old = old_forms(lambda: coder.encode(symbols, classes))
    assert all(map(decodes, old))
    assert min(map(len, old)) >= len(payload)


def test_bytes_that_no_symbol_has_are_corrupt(coder: SymbolCoder) -> None:
    with pytest.raises(CorruptPayloadError, match="of 9 bytes is corrupt"):
        coder.decode(b"\xff" * 9, np.zeros((SIZE, COMPONENTS), np.int32), BLOCKS)
