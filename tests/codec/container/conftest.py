"""What the tests of the container share: one way to make a file."""

import io
from collections.abc import Callable, Sequence

import pytest

from gan_audio_compression.codec.container.header import SEGMENT_SAMPLES, Header
from gan_audio_compression.codec.container.levels import Level
from gan_audio_compression.codec.container.writer import ContainerWriter

HEADER = Header(b"\x12\x34\x56\x78", 16000, "huffman", 1)
PAYLOADS = [b"the first payload", b"", b"the third", bytes(range(120, 250))]
LAST_SAMPLES = 5000

MakeFile = Callable[[Header, Sequence[bytes], int], bytes]


@pytest.fixture(scope="session")
def header() -> Header:
    """Give a header with the shortest chunks."""
    return HEADER


@pytest.fixture(scope="session")
def make_file() -> MakeFile:
    """Give a function from payloads and the number of samples to a file."""
    return container


@pytest.fixture(scope="session")
def payloads() -> list[bytes]:
    """Give the payloads of `data`."""
    return PAYLOADS


@pytest.fixture(scope="session")
def total() -> int:
    """Give the number of samples of `data`."""
    return (len(PAYLOADS) - 1) * SEGMENT_SAMPLES + LAST_SAMPLES


@pytest.fixture(scope="session")
def data(total: int) -> bytes:
    """Give a file of four chunks, one of them without payload."""
    return container(HEADER, PAYLOADS, total)


def container(header: Header, payloads: Sequence[bytes], total: int) -> bytes:
    file = io.BytesIO()
    writer = ContainerWriter(file, header)
    for index, payload in enumerate(payloads, start=1):
        writer.write([Level(0, 40)], payload, total if index == len(payloads) else None)
    return file.getvalue()
