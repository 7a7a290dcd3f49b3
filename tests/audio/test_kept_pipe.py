"""A pipe is read like a file, takes no more than it is asked for, and forgets when told."""

import contextlib
import io
import os
from collections.abc import Iterator

import pytest

from gan_audio_compression.audio.kept_pipe import KeptPipe
from tests.recordings import piped

DATA = bytes(range(256)) * 8192


class Pipe(io.BytesIO):
    def seek(self, offset: int, whence: int = 0) -> int:
        raise AssertionError("a pipe cannot be sought in")


@pytest.fixture
def kept() -> Iterator[KeptPipe]:
    with contextlib.ExitStack() as resources:
        yield KeptPipe(Pipe(DATA), resources)


def test_it_is_read_from_any_place(kept: KeptPipe) -> None:
    for place, size in [(0, 10), (5, 3), (200_000, 50_000), (0, 200_010), (2**21 - 5, 10)]:
        assert kept.seek(place) == kept.tell() == place
        data = kept.read(size)
        assert data == DATA[place : place + size]
        assert kept.tell() == place + len(data)
    assert kept.read(1) == b""


def test_its_end_is_known_once_it_has_come(kept: KeptPipe) -> None:
    assert kept.seek(0, os.SEEK_END) == len(DATA)
    kept.seek(1000)
    assert kept.read(24) == DATA[1000:1024]


def test_beyond_its_end_there_is_nothing(kept: KeptPipe) -> None:
    kept.seek(2 * len(DATA))
    assert kept.read(10) == b""
    kept.seek(-10 + len(DATA))
    assert kept.read(20) == DATA[-10:]


def test_what_is_forgotten_is_what_lies_before(kept: KeptPipe) -> None:
    for place in range(0, len(DATA), 100_000):
        kept.seek(place)
        kept.read(1000)
        kept.seek(place + 500)
        kept.forget()
        assert kept.read(100_000) == DATA[place + 500 :][:100_000]


def test_it_waits_for_no_more_than_it_is_asked_for() -> None:
    read_end, write_end = os.pipe()
    with (
        open(read_end, "rb") as pipe,
        open(write_end, "wb", buffering=0) as writer,
        contextlib.ExitStack() as resources,
    ):
        kept = KeptPipe(pipe, resources)
        writer.write(b"abcdef")
        assert kept.read(4) == b"abcd"
        kept.seek(2)
        assert kept.read(4) == b"cdef"


def test_a_true_pipe_comes_in_pieces() -> None:
    with piped(DATA) as pipe, contextlib.ExitStack() as resources:
        assert KeptPipe(pipe, resources).read(len(DATA) + 1) == DATA
