"""The packets of an Ogg file (RFC 3533)."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from gan_audio_compression.bench.codec import CodecFailedError

_HEADER = struct.Struct("<4sBBqIIIB")
_CHECKSUM = slice(22, 26)
_CONTINUED, _FIRST, _LAST = 1, 2, 4
_HEADER_PACKETS = 2

_REVERSED_BYTES = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def speech_packets(data: bytes, magic: bytes) -> list[bytes]:
    """The packets of coded speech of an Ogg file with one stream.

    The two packets before them are left out: the head of the stream and its comments, in Opus
    (RFC 7845, section 3) and in Speex alike.

    Args:
        data: the whole file.
        magic: how the head of the stream begins.

    Raises:
        CodecFailedError: it is no such file, damaged or cut off.
    """
    packets = list(_packets(data))
    if len(packets) < _HEADER_PACKETS or not packets[0].startswith(magic):
        raise CodecFailedError(
            f"An Ogg file does not begin with {magic.decode().strip()}; give one that does."
        )
    return packets[_HEADER_PACKETS:]


@dataclass(frozen=True)
class _Page:
    """A page that begins at byte `start`; its lacing values are the lengths of its segments."""

    start: int
    flags: int
    stream: int
    number: int
    lacing: bytes
    body: bytes

    @classmethod
    def read(cls, data: bytes, start: int) -> Self:
        """Read the page that begins at `start`.

        Raises:
            CodecFailedError: there is no whole and undamaged page.
        """
        lacing_start = start + _HEADER.size
        if len(data) < lacing_start:
            raise _damaged(start, "it is cut off")
        capture, version, flags, _, stream, number, checksum, segments = _HEADER.unpack_from(
            data, start
        )
        if capture != b"OggS" or version != 0:
            raise _damaged(start, "no page of version 0 begins there")
        lacing = data[lacing_start : lacing_start + segments]
        body_start = lacing_start + segments
        body = data[body_start : body_start + sum(lacing)]
        if len(lacing) < segments or len(body) < sum(lacing):
            raise _damaged(start, "it is cut off")
        if _checksum(data[start:body_start] + body) != checksum:
            raise _damaged(start, "its checksum is wrong")
        return cls(start, flags, stream, number, lacing, body)

    @property
    def end(self) -> int:
        return self.start + _HEADER.size + len(self.lacing) + len(self.body)


def _pages(data: bytes) -> Iterator[_Page]:
    """The pages of the one stream, which fill the file from its first page to its last."""
    page = first = _Page.read(data, 0)
    if not first.flags & _FIRST or first.number != 0:
        raise _damaged(0, "it is not the first of its stream")
    yield page
    while not page.flags & _LAST:
        number, page = page.number + 1, _Page.read(data, page.end)
        if page.flags & _FIRST or (page.stream, page.number) != (first.stream, number):
            raise _damaged(page.start, "it is not the next of its stream")
        yield page
    if page.end != len(data):
        raise _damaged(page.end, "it comes after the last")


def _packets(data: bytes) -> Iterator[bytes]:
    """A packet ends with the first segment that is shorter than 255 bytes, on whatever page."""
    packet, is_open = b"", False
    for page in _pages(data):
        if bool(page.flags & _CONTINUED) != is_open:
            raise _damaged(page.start, "it does not go on where the page before ends")
        position = 0
        for length in page.lacing:
            packet += page.body[position : position + length]
            position += length
            is_open = length == 255
            if not is_open:
                yield packet
                packet = b""
    if is_open:
        raise _damaged(page.start, "its last packet is cut off")


def _checksum(page: bytes) -> int:
    """CRC-32 with the checksum field at zero, highest bit first and started at zero.

    zlib begins with the lowest bit of each byte, so it is given the bits of each byte reversed;
    and it starts and ends with all bits inverted, which is undone.
    """
    blank = page[: _CHECKSUM.start] + bytes(4) + page[_CHECKSUM.stop :]
    reverse = zlib.crc32(blank.translate(_REVERSED_BYTES), 0xFFFF_FFFF) ^ 0xFFFF_FFFF
    return int(f"{reverse:032b}"[::-1], 2)


def _damaged(start: int, problem: str) -> CodecFailedError:
    return CodecFailedError(
        f"The Ogg page at byte {start} cannot be read: {problem}; code the speech again."
    )
