"""The reader: round trips, every way of being broken, and a pipe that gives bytes by dribs."""

import io
import itertools
import random
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_audio_compression.codec.container.chunk import Chunk, ChunkSizes, checksum, checksum_start
from gan_audio_compression.codec.container.errors import (
    BitstreamError,
    CorruptError,
    ImpossibleSizeError,
    TrailingDataError,
    TruncatedError,
)
from gan_audio_compression.codec.container.fields import varint
from gan_audio_compression.codec.container.header import CODERS, Header
from gan_audio_compression.codec.container.levels import Level
from gan_audio_compression.codec.container.reader import ContainerReader
from gan_audio_compression.codec.container.writer import ContainerWriter

MakeFile = Callable[[Header, Sequence[bytes], int], bytes]


class Dribs(io.RawIOBase):
    """A pipe: each read gives at most what was asked for, often less."""

    def __init__(self, data: bytes, seed: int = 0) -> None:
        self._data = data
        self._random = random.Random(seed)
        self.position = 0

    def read(self, size: int = -1) -> bytes:
        assert size > 0, "a pipe that is read to its end never gives anything"
        count = self._random.randint(1, size)
        taken = self._data[self.position : self.position + count]
        self.position += len(taken)
        return taken

    def seek(self, *_: object) -> int:
        raise AssertionError("a pipe cannot seek")


def read_all(data: bytes) -> tuple[Header, list[Chunk]]:
    reader = ContainerReader(io.BytesIO(data))
    return reader.header, cast("list[Chunk]", list(reader.chunks()))


def chunk_bytes(header: Header, index: int, sizes: bytes, rest: bytes) -> bytes:
    """A chunk whose checksum is right, whatever else is wrong."""
    return sizes + rest + checksum(checksum_start(header, index), sizes + rest)


def chunk_ends(header: Header, payloads: Sequence[bytes], total: int) -> list[int]:
    """Where each chunk of a file ends."""
    writer = ContainerWriter(io.BytesIO(), header)
    ends = []
    for index, payload in enumerate(payloads, start=1):
        writer.write([Level(0, 40)], payload, total if index == len(payloads) else None)
        ends.append(writer.size)
    return ends


@given(data=st.data())
def test_round_trip_through_a_pipe(data: st.DataObject) -> None:
    header = Header(
        data.draw(st.binary(min_size=4, max_size=4)),
        data.draw(st.sampled_from([8000, 16000, 44100, 1000, 768_000, 22051])),
        data.draw(st.sampled_from(CODERS)),
        data.draw(st.sampled_from([1, 2, 16])),
    )
    written = data.draw(
        st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=300)), min_size=1, max_size=5)
    )
    rest = data.draw(st.integers(1, header.chunk_samples))
    coded = (len(written) - 1) * header.chunk_samples + rest
    total = max(1, coded * header.sample_rate // 16000)
    covered = -(-total * 16000 // header.sample_rate) - (len(written) - 1) * header.chunk_samples
    if covered < 1:
        return
    file = io.BytesIO()
    writer = ContainerWriter(file, header)
    for index, (level_code, payload) in enumerate(written, start=1):
        writer.write([Level(0, level_code)], payload, total if index == len(written) else None)
    reader = ContainerReader(cast("io.BytesIO", Dribs(file.getvalue())))
    assert reader.header == header
    expected = [
        Chunk(index, (Level(0, level_code),), payload, header.chunk_samples, None)
        for index, (level_code, payload) in enumerate(written)
    ]
    expected[-1] = replace(expected[-1], samples=covered, total=total)
    assert list(reader.chunks()) == expected


def test_every_truncation_gives_the_chunks_before_it_and_is_called_so(
    data: bytes, header: Header, payloads: list[bytes], total: int
) -> None:
    ends = chunk_ends(header, payloads, total)
    for size in range(10, len(data)):
        chunks = ContainerReader(io.BytesIO(data[:size])).chunks()
        whole = [chunk.payload for chunk in itertools.islice(chunks, sum(e <= size for e in ends))]  # type: ignore[union-attr]
        assert whole == payloads[: len(whole)]
        with pytest.raises(TruncatedError, match=rf"chunk {len(whole)} \(at"):
            next(chunks)


def test_no_flipped_bit_is_accepted(data: bytes) -> None:
    for bit in range(8 * len(data)):
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(BitstreamError):
            read_all(bytes(damaged))


@pytest.mark.parametrize("order", [[0, 2, 1, 3], [0, 0, 1, 2, 3], [0, 1, 1, 2, 3], [0, 2, 3], [1]])
def test_chunks_that_are_swapped_repeated_or_dropped_are_seen(
    data: bytes, header: Header, payloads: list[bytes], total: int, order: list[int]
) -> None:
    ends = [10, *chunk_ends(header, payloads, total)]
    pieces = [data[ends[i] : ends[i + 1]] for i in order]
    with pytest.raises(CorruptError):
        read_all(data[:10] + b"".join(pieces))


@pytest.mark.parametrize(
    "change",
    [
        {"fingerprint": b"\x12\x34\x56\x79"},
        {"sample_rate": 8000},
        {"coder": "arithmetic"},
        {"chunk_segments": 2},
    ],
)
def test_chunks_of_a_file_with_another_header_are_seen(
    data: bytes, header: Header, change: dict[str, object]
) -> None:
    other = replace(header, **change)  # type: ignore[arg-type]
    with pytest.raises(CorruptError, match="chunk 0"):
        read_all(other.to_bytes() + data[10:])


def test_a_fault_names_the_chunk_and_its_time(
    data: bytes, header: Header, payloads: list[bytes], total: int
) -> None:
    damaged = bytearray(data)
    damaged[chunk_ends(header, payloads, total)[1] + 3] ^= 1
    with pytest.raises(CorruptError, match=r"chunk 2 \(at 2\.048 s\)"):
        read_all(bytes(damaged))


@pytest.mark.parametrize("tail", [b"\0", b"GAC", bytes(1000)])
def test_trailing_data_is_refused_after_the_last_chunk_was_given(
    data: bytes, payloads: list[bytes], tail: bytes
) -> None:
    chunks = ContainerReader(io.BytesIO(data + tail)).chunks()
    assert len(list(itertools.islice(chunks, len(payloads)))) == len(payloads)
    with pytest.raises(TrailingDataError, match="chunk 3"):
        next(chunks)


@pytest.mark.parametrize("total", [0, 16385, 10 * 3600 * 16000, 2**63 - 1])
def test_a_forged_total_is_impossible(header: Header, total: int) -> None:
    chunk = chunk_bytes(header, 0, b"\x01" + varint(total), b"\x28")
    with pytest.raises(ImpossibleSizeError, match="number of samples of chunk 0"):
        read_all(header.to_bytes() + chunk)


@pytest.mark.parametrize("size", [8193, 2**20, 2**60, 2**61 - 1])
def test_a_forged_payload_size_costs_no_memory(header: Header, size: int) -> None:
    data = header.to_bytes() + varint(4 * size) + bytes(100)
    tracemalloc.start()
    try:
        with pytest.raises(ImpossibleSizeError, match=r"payload size of chunk 0 .* limit of 8192"):
            read_all(data)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("sizes", ["8100", "ffffffffffffffffff", "03 8000"])
def test_a_size_in_another_form_than_the_shortest_is_corrupt(header: Header, sizes: str) -> None:
    chunk = chunk_bytes(header, 0, bytes.fromhex(sizes), b"\x28a")
    with pytest.raises(CorruptError):
        read_all(header.to_bytes() + chunk)


@pytest.mark.parametrize("segments", [1, 16])
def test_the_longest_payload_is_read(header: Header, make_file: MakeFile, segments: int) -> None:
    longest = random.Random(0).randbytes(segments * 8192)
    chunks = read_all(make_file(replace(header, chunk_segments=segments), [longest], 1))[1]
    assert chunks[0].payload == longest


@pytest.mark.parametrize("conceal", [False, True])
def test_each_chunk_is_given_before_a_byte_after_it_is_asked_for(
    data: bytes, header: Header, payloads: list[bytes], total: int, conceal: bool
) -> None:
    pipe = Dribs(data)
    reader = ContainerReader(cast("io.BytesIO", pipe))
    assert pipe.position == 10
    given_at = [pipe.position for _ in reader.chunks(conceal)]
    assert given_at == chunk_ends(header, payloads, total)


def test_an_endless_stream_takes_bounded_memory(header: Header) -> None:
    class Endless(io.RawIOBase):
        def __init__(self) -> None:
            self._ready = bytearray(header.to_bytes())
            self._index = itertools.count()

        def read(self, size: int = -1) -> bytes:
            while len(self._ready) < size:
                self._ready += chunk_bytes(header, next(self._index), varint(4000), bytes(1001))
            taken = bytes(self._ready[:size])
            del self._ready[:size]
            return taken

    chunks = ContainerReader(cast("io.BytesIO", Endless())).chunks()
    tracemalloc.start()
    try:
        for chunk in itertools.islice(chunks, 2000):
            assert chunk.samples == 16384
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


VERSION_1 = bytes.fromhex(
    "474143 01 01 12345678 030a 28 6669727374 1352aa5107 888d01 29 656e64 cb09acb6"
)


def test_a_file_of_version_1_is_read() -> None:
    reader = ContainerReader(io.BytesIO(VERSION_1))
    assert reader.header.version == 1
    first, last = (chunk for chunk in reader.chunks() if isinstance(chunk, Chunk))
    assert (first.levels, first.payload) == ((Level(0, 40),), b"first")
    assert (last.levels, last.payload, last.total) == ((Level(0, 41),), b"end", 18056)


CHANGING = [Level(0, 40), Level(1, 90), Level(77, 41)]


def test_levels_that_change_come_back(header: Header) -> None:
    file = io.BytesIO()
    writer = ContainerWriter(file, header)
    writer.write(CHANGING, b"payload")
    writer.write([Level(0, 3)], b"", 16_384 + 100)
    file.seek(0)
    first, last = (c for c in ContainerReader(file).chunks() if isinstance(c, Chunk))
    assert (first.levels, first.payload, first.frames) == (tuple(CHANGING), b"payload", 128)
    assert (last.levels, last.payload, last.frames) == ((Level(0, 3),), b"", 1)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        (b"\x00\x7f\x29", CorruptError),  # frame 128 of 128
        (b"\x00\x05\x28", CorruptError),  # the level stays
        (b"\x01\x05\x29\x00", TruncatedError),  # a second change that is cut
        (b"", TruncatedError),
    ],
)
def test_changes_of_level_that_cannot_be_are_refused(
    header: Header, changes: bytes, error: type[BitstreamError]
) -> None:
    body = ChunkSizes(len(changes), True, None).to_bytes() + bytes([40]) + changes
    data = header.to_bytes() + body + checksum(checksum_start(header, 0), body)
    with pytest.raises(error, match="level"):
        next(ContainerReader(io.BytesIO(data)).chunks())
