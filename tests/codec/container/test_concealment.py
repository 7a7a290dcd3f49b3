"""Concealment: what is lost is said, what is sound is given, and nothing wrong ever is."""

import io
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import cast

import pytest

from gan_audio_compression.codec.container.chunk import Chunk, LostChunk, checksum, checksum_start
from gan_audio_compression.codec.container.errors import (
    BitstreamError,
    CorruptError,
    TruncatedError,
)
from gan_audio_compression.codec.container.fields import varint
from gan_audio_compression.codec.container.header import Header
from gan_audio_compression.codec.container.levels import Level
from gan_audio_compression.codec.container.reader import ContainerReader
from gan_audio_compression.codec.container.writer import ContainerWriter

MakeFile = Callable[[Header, Sequence[bytes], int], bytes]
CHUNKS = 8
TOTAL = (CHUNKS - 1) * 16384 + 100


@pytest.fixture(scope="module")
def contents() -> list[bytes]:
    """Give payloads of the usual length."""
    return [random.Random(index).randbytes(256) for index in range(CHUNKS)]


@pytest.fixture
def file(make_file: MakeFile, header: Header, contents: list[bytes]) -> bytearray:
    """Give a file of eight chunks, to be damaged."""
    return bytearray(make_file(header, contents, TOTAL))


def start_of(index: int) -> int:
    """Where a chunk of `file` begins: each has two bytes of size, a level and a checksum."""
    return 10 + index * (2 + 1 + 256 + 4)


def concealed(data: bytes | bytearray) -> list[Chunk | LostChunk]:
    return list(ContainerReader(io.BytesIO(data)).chunks(conceal=True))


def lost(chunks: list[Chunk | LostChunk]) -> list[int]:
    """Indices of the lost chunks, once the order and the lengths were checked."""
    assert [chunk.index for chunk in chunks] == list(range(len(chunks)))
    assert [chunk.samples for chunk in chunks[: CHUNKS - 1]] == [16384] * min(len(chunks), 7)
    return [chunk.index for chunk in chunks if isinstance(chunk, LostChunk)]


def test_a_sound_file_is_given_as_it_is(file: bytearray, contents: list[bytes]) -> None:
    chunks = concealed(file)
    assert lost(chunks) == []
    assert [cast("Chunk", chunk).payload for chunk in chunks] == contents


@pytest.mark.parametrize("damaged", [[0], [3], [2, 3], [1, 4, 6], [7], [0, 1, 2, 3, 4, 5, 6]])
def test_damaged_payloads_are_lost_alone(file: bytearray, damaged: list[int]) -> None:
    for index in damaged:
        file[start_of(index) + 50] ^= 0x10
    chunks = concealed(file)
    assert lost(chunks) == damaged
    assert chunks[-1].total == TOTAL
    assert chunks[-1].samples == 100
    assert all(isinstance(chunks[i], LostChunk) for i in damaged)
    assert isinstance(cast("LostChunk", chunks[damaged[0]]).error, CorruptError)


@pytest.mark.parametrize("size", ["00", "ff7f", "fe03", "8480", "8604", "0304", "ffff"])
def test_a_damaged_size_costs_no_other_chunk(file: bytearray, size: str) -> None:
    wrong = bytes.fromhex(size)
    file[start_of(2) : start_of(2) + len(wrong)] = wrong
    chunks = concealed(file)
    assert lost(chunks) == [2]
    assert len(chunks) == CHUNKS


def test_missing_and_inserted_bytes_cost_their_chunk_alone(file: bytearray) -> None:
    del file[start_of(5) + 9 : start_of(5) + 30]
    file[start_of(1) + 9 : start_of(1) + 9] = bytes(40)
    assert lost(concealed(file)) == [1, 5]


def test_chunks_that_were_cut_out_are_lost(file: bytearray) -> None:
    del file[start_of(2) : start_of(5)]
    chunks = concealed(file)
    assert lost(chunks) == [2, 3, 4]
    assert len(chunks) == CHUNKS


def test_bytes_between_chunks_and_repeated_chunks_cost_nothing(file: bytearray) -> None:
    file[start_of(4) : start_of(4)] = file[start_of(2) : start_of(4)]
    file[start_of(1) : start_of(1)] = b"\x01\x00\xffgarbage"
    assert lost(concealed(file)) == []


def test_swapped_chunks_cost_the_later_place_only(file: bytearray) -> None:
    second, third = file[start_of(2) : start_of(3)], file[start_of(3) : start_of(4)]
    file[start_of(2) : start_of(4)] = third + second
    assert lost(concealed(file)) == [2]


@pytest.mark.parametrize("size", [600, 300, 1])
def test_a_file_of_which_nothing_is_sound_is_refused_without_more_words(
    make_file: MakeFile, header: Header, size: int, caplog: pytest.LogCaptureFixture
) -> None:
    file = bytearray(make_file(replace(header, chunk_segments=16), [bytes(600)], 48_000))
    file[-5] ^= 1
    with pytest.raises(BitstreamError, match="chunk 0"):
        concealed(file[: 10 + size])
    assert caplog.text == ""


@pytest.mark.parametrize("size", range(1, 263))
def test_a_cut_chunk_is_lost_and_is_the_last(file: bytearray, size: int) -> None:
    chunks = concealed(file[: start_of(3) + size])
    assert lost(chunks) == [3]
    assert isinstance(cast("LostChunk", chunks[-1]).error, TruncatedError)


def test_a_cut_last_chunk_has_its_length_as_soon_as_it_was_read(file: bytearray) -> None:
    for size in range(6, 265):
        last = concealed(file[: start_of(7) + size])[-1]
        assert isinstance(last, LostChunk)
        assert (last.samples, last.total) == (100, TOTAL)


def test_a_file_cut_between_chunks_ends_there(
    file: bytearray, caplog: pytest.LogCaptureFixture
) -> None:
    chunks = concealed(file[: start_of(3)])
    assert (len(chunks), lost(chunks)) == (3, [])
    assert "the rest is ignored" in caplog.text


def test_trailing_data_is_reported_and_ignored(
    file: bytearray, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert lost(concealed(file + b"more")) == []
    assert "bytes follow chunk 7" in caplog.text


def test_no_flipped_bit_gives_a_wrong_payload(
    data: bytes, header: Header, payloads: list[bytes]
) -> None:
    for bit in range(8 * len(data)):
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        try:
            chunks = concealed(bytes(damaged))
        except BitstreamError:
            assert bit // 8 < 10, "only the header cannot be concealed"
            continue
        assert any(isinstance(chunk, LostChunk) for chunk in chunks)
        for chunk in chunks:
            assert isinstance(chunk, LostChunk) or chunk.payload == payloads[chunk.index]
        if bit // 8 >= 10:
            assert len(chunks) == len(payloads)


def test_garbage_and_a_forged_stream_of_large_claims_end_soon(header: Header) -> None:
    sound = io.BytesIO()
    ContainerWriter(sound, replace(header, chunk_segments=16)).write([Level(0, 0)], b"payload")
    forged = varint(4 * 100_000) * 500_000
    for rest in [random.Random(0).randbytes(1_500_000), forged]:
        chunks = concealed(sound.getvalue() + rest)
        assert [type(chunk) for chunk in chunks] == [Chunk, LostChunk]


def test_a_sound_checksum_with_the_samples_of_another_place_is_not_taken(header: Header) -> None:
    sound = io.BytesIO()
    ContainerWriter(sound, header).write([Level(0, 0)], b"payload")
    body = b"\x01" + varint(5 * 16384) + b"\x28"
    forged = body + checksum(checksum_start(header, 2), body)
    chunks = concealed(sound.getvalue() + b"\x00" + forged)
    assert [type(chunk) for chunk in chunks] == [Chunk, LostChunk]


def test_the_next_sound_chunk_is_given_before_a_byte_after_it_is_asked_for(
    file: bytearray,
) -> None:
    """Although a false start in the damaged payload claims more bytes than there are."""
    file[start_of(2) + 50 : start_of(2) + 52] = varint(2 * 8000)
    source = io.BytesIO(file)
    ends = [(chunk.index, source.tell()) for chunk in ContainerReader(source).chunks(conceal=True)]
    expected = [(index, start_of(index + 1)) for index in range(CHUNKS)]
    expected[2] = (2, start_of(4))
    assert ends[:-1] == expected[:-1]
