"""The one form of range-coded payloads: the shortest fraction; longer ones are read too."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_audio_compression.entropy import range_coder
from gan_audio_compression.entropy.errors import CorruptPayloadError
from gan_audio_compression.entropy.tables import TOTAL
from tests.payloads import nearest_shorter, old_forms

ROWS = np.array(
    [[TOTAL // 4] * 4, [TOTAL - 3, 1, 1, 1], [1, 1, 1, TOTAL - 3], [32768, 16384, 8192, 8192]]
)


def decoded(payload: bytes, probabilities: np.ndarray) -> list[int] | None:
    try:
        return list(range_coder.decode(payload, probabilities))
    except CorruptPayloadError:
        return None


@given(
    rows=st.lists(st.integers(0, 3), max_size=60),
    seed=st.integers(0, 999),
    follows=st.booleans(),
)
def test_no_shorter_payload_decodes_alike(rows: list[int], seed: int, follows: bool) -> None:
    random = np.random.default_rng(seed)
    probabilities = ROWS[rows].reshape(-1, 4) / TOTAL
    symbols = np.array(
        [random.choice(4, p=row) if follows else random.integers(4) for row in probabilities],
        dtype=np.int32,
    )
    payload = range_coder.encode(symbols, probabilities)
    assert decoded(payload, probabilities) == symbols.tolist()
    if payload:
        for shorter in nearest_shorter(payload):
            assert decoded(shorter, probabilities) != symbols.tolist()
    for old in old_forms(lambda: range_coder.encode(symbols, probabilities)):
        assert len(old) >= len(payload)
        assert decoded(old, probabilities) == symbols.tolist()


@pytest.mark.parametrize("symbols", [[3], [1, 2], [0, 0, 3], [2] * 5])
def test_the_nearest_shorter_payloads_stand_for_all(symbols: list[int]) -> None:
    """Of some symbols, each payload of every lesser length is tried."""
    probabilities = np.repeat(ROWS[3:], len(symbols), axis=0) / TOTAL
    payload = range_coder.encode(np.array(symbols, np.int32), probabilities)
    assert len(payload) <= 3
    for length in range(len(payload)):
        for number in range(1 << 8 * length):
            assert decoded(number.to_bytes(length, "big"), probabilities) != symbols


def test_the_most_probable_symbols_are_no_bytes_at_all() -> None:
    probabilities = np.repeat(ROWS[1:2], 1000, axis=0) / TOTAL
    assert range_coder.encode(np.zeros(1000, np.int32), probabilities) == b""


def test_a_model_of_one_row_takes_what_was_coded_by_all() -> None:
    symbols, probabilities = np.array([2, 0, 3, 1, 3], np.int32), ROWS[[0, 1, 2, 3, 3]] / TOTAL
    decoder = range_coder.decoder_of(range_coder.encode(symbols, probabilities))
    assert [decoder.decode(range_coder.model_of(row)) for row in probabilities] == symbols.tolist()


def test_a_corrupt_payload_is_told() -> None:
    probabilities = np.repeat(ROWS[:1], 100, axis=0) / TOTAL
    with pytest.raises(CorruptPayloadError, match="payload of 8 bytes is corrupt"):
        range_coder.decode(b"\xff" * 8, probabilities)
