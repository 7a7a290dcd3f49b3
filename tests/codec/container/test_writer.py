"""The writer: the exact bytes, the overhead, and what it refuses."""

import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_audio_compression.codec.container.header import Header
from gan_audio_compression.codec.container.levels import Level
from gan_audio_compression.codec.container.writer import ContainerWriter, largest_payload

GOLDEN = bytes.fromhex(
    "474143 02 01 12345678 0314 28 6669727374 f9df36770d 888d01 29 656e64 f1a1a40e"
)


LEVELS = [Level(0, 0)]


def chunk_size(header: Header, index: int, payload_bytes: int, total: int | None) -> int:
    """Bytes of one chunk, after `index` empty ones."""
    writer = ContainerWriter(io.BytesIO(), header)
    for _ in range(index):
        writer.write([Level(0, 0)], b"")
    before = writer.size
    writer.write([Level(0, 0)], bytes(payload_bytes), total)
    return writer.size - before


def test_golden_file(header: Header) -> None:
    """Fixed for ever: files of version 2 are read with these bytes."""
    file = io.BytesIO()
    writer = ContainerWriter(file, header)
    writer.write([Level(0, 40)], b"first")
    writer.write([Level(0, 41)], b"end", 18056)
    assert file.getvalue() == GOLDEN
    assert writer.size == len(GOLDEN)


def test_each_chunk_is_written_at_once(header: Header) -> None:
    file = io.BytesIO()
    writer = ContainerWriter(file, header)
    assert file.getvalue() == GOLDEN[:10]
    writer.write([Level(0, 40)], b"first")
    assert file.getvalue() == GOLDEN[:21]


@pytest.mark.parametrize("payload_bytes", [32, 600, 4095])
def test_three_seconds_cost_20_bytes_of_overhead(header: Header, payload_bytes: int) -> None:
    size = chunk_size(replace(header, chunk_segments=4), 0, payload_bytes, 48_000)
    assert 10 + size - payload_bytes == 20


@pytest.mark.parametrize("total", [-5, 0, 16384, 2 * 16384 + 1])
def test_a_total_that_ends_in_another_chunk_is_refused(header: Header, total: int) -> None:
    writer = ContainerWriter(io.BytesIO(), header)
    writer.write([Level(0, 40)], b"")
    with pytest.raises(ValueError, match=r"does not end within chunk 1 \(at 1.024 s\)"):
        writer.write([Level(0, 40)], b"", total)


def test_the_total_counts_samples_of_the_recording(header: Header) -> None:
    writer = ContainerWriter(io.BytesIO(), replace(header, sample_rate=48_000))
    with pytest.raises(ValueError, match="does not end within"):
        writer.write([Level(0, 40)], b"", 3 * 16384 + 1)
    writer.write([Level(0, 40)], b"", 3 * 16384)


def test_nothing_follows_the_last_chunk(header: Header) -> None:
    writer = ContainerWriter(io.BytesIO(), header)
    writer.write([Level(0, 40)], b"", 1)
    with pytest.raises(ValueError, match="follow the last"):
        writer.write([Level(0, 40)], b"")


def test_a_refused_chunk_leaves_the_file_as_it_was(header: Header) -> None:
    file = io.BytesIO()
    writer = ContainerWriter(file, header)
    for level_code, payload, total in [(256, b"", 1), (-1, b"", 1), (0, bytes(8193), 1)]:
        with pytest.raises(ValueError, match=r"level code|payload"):
            writer.write([Level(0, level_code)], payload, total)
    with pytest.raises(ValueError, match="does not end within"):
        writer.write([Level(0, 0)], b"", 10**9)
    assert file.getvalue() == header.to_bytes()
    writer.write([Level(0, 0)], bytes(8192), 1)


@given(budget=st.integers(-3, 9000), total=st.none() | st.integers(1, 16384))
def test_largest_payload_fills_the_budget(budget: int, total: int | None) -> None:
    header = Header(b"abcd", 16000, "arithmetic", 2)
    largest = largest_payload(budget, LEVELS, total)
    assert largest == -1 or chunk_size(header, 0, largest, total) <= budget
    assert chunk_size(header, 0, largest + 1, total) > budget
