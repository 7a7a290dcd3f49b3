"""A chunk of a .gac file: its sizes, level, payload and checksum."""

import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from gan_audio_compression.codec.container.errors import (
    BitstreamError,
    CorruptError,
    ImpossibleSizeError,
)
from gan_audio_compression.codec.container.fields import VARINT_BYTES, Fields, varint
from gan_audio_compression.codec.container.header import Header, coded_samples
from gan_audio_compression.codec.container.levels import Level, changes_to_bytes, read_changes
from gan_audio_compression.signal.spec import HOP, SAMPLE_RATE

SEGMENT_PAYLOAD_BYTES = 8192
"""Most payload bytes for each segment of the chunk length: 64 kbit/s."""
LEVEL_BYTES = 1
CHECKSUM_BYTES = 4
FRAMING_BYTES = 3 + VARINT_BYTES + LEVEL_BYTES + CHECKSUM_BYTES
"""Most bytes of a chunk beside its content, whose size takes 3 at the most."""


@dataclass(frozen=True)
class Chunk:
    """A chunk whose checksum was right.

    Attributes:
        index: 0, 1, ...
        levels: of the signal, in order, the first from frame 0 on.
        payload: what the entropy coder gave.
        samples: of the coded 16 kHz signal that it covers.
        total: in the last chunk samples of the recording at its own rate, else None.
    """

    index: int
    levels: tuple[Level, ...]
    payload: bytes
    samples: int
    total: int | None

    @property
    def frames(self) -> int:
        """Frames of 8 ms that it codes."""
        return frame_count(self.samples, self.total)


@dataclass(frozen=True)
class LostChunk:
    """The place of a chunk that cannot be decoded.

    Attributes:
        index: 0, 1, ...
        samples: of the coded 16 kHz signal that it covers, as far as is known.
        total: samples of the recording where it says so as the last chunk, else None.
        error: what was met where the loss begins.
    """

    index: int
    samples: int
    total: int | None
    error: BitstreamError

    @property
    def frames(self) -> int:
        """Frames of 8 ms that it would code."""
        return frame_count(self.samples, self.total)


@dataclass(frozen=True)
class ChunkSizes:
    """The sizes at the beginning of a chunk.

    Attributes:
        content: bytes of the changes of level, if any, and of the payload.
        changes: whether the level changes within the chunk.
        total: in the last chunk samples of the recording at its own rate, else None.
    """

    content: int
    changes: bool
    total: int | None

    def to_bytes(self) -> bytes:
        """Return the bytes at the beginning of the chunk."""
        first = varint(4 * self.content + 2 * self.changes + (self.total is not None))
        return first if self.total is None else first + varint(self.total)


def content_limit(header: Header) -> int:
    """Most bytes that the changes of level and the payload of a chunk may have."""
    return header.chunk_segments * SEGMENT_PAYLOAD_BYTES


def frame_count(samples: int, total: int | None) -> int:
    """Frames of a chunk of `samples` samples; the last has one at the recording's end besides."""
    return samples // HOP + (total is not None)


def covered_samples(header: Header, index: int, total: int | None) -> int:
    """Samples of the coded signal that chunk `index` covers, the last one where `total` is given.

    Raises:
        ValueError: a recording of `total` samples does not end within this chunk.
    """
    if total is None:
        return header.chunk_samples
    rest = coded_samples(total, header.sample_rate) - index * header.chunk_samples
    if not 0 < rest <= header.chunk_samples:
        raise ValueError(
            f"a recording of {total} samples at {header.sample_rate} Hz does not end within"
            f" {chunk_name(header, index)}."
        )
    return rest


def chunk_body(levels: Sequence[Level], payload: bytes, total: int | None) -> bytes:
    """Return a chunk without its checksum.

    Raises:
        ValueError: a level is out of range, or does not change where it says so.
    """
    changes = changes_to_bytes(levels)
    sizes = ChunkSizes(len(changes) + len(payload), bool(changes), total)
    return sizes.to_bytes() + bytes([levels[0].code]) + changes + payload


def chunk_bytes(levels: Sequence[Level], payload: int, total: int | None) -> int:
    """Return the bytes of a chunk with a payload of so many."""
    content = len(changes_to_bytes(levels)) + payload
    sizes = ChunkSizes(content, len(levels) > 1, total).to_bytes()
    return len(sizes) + LEVEL_BYTES + content + CHECKSUM_BYTES


def chunk_name(header: Header, index: int) -> str:
    """Name a chunk for a message, with its time in the recording."""
    return f"chunk {index} (at {index * header.chunk_samples / SAMPLE_RATE:.3f} s)"


def checksum_start(header: Header, index: int) -> int:
    """CRC-32 of a chunk's header and place, which its checksum goes on from."""
    return zlib.crc32(header.to_bytes() + varint(index))


def checksum(start: int, body: bytes) -> bytes:
    """Checksum of a chunk of these bytes, bound to its header and place by `checksum_start`."""
    return zlib.crc32(body, start).to_bytes(CHECKSUM_BYTES, "little")


def read_sizes(fields: Fields, header: Header) -> ChunkSizes:
    """Take the sizes at the beginning of a chunk.

    Raises:
        TruncatedError: the file ends within them.
        CorruptError: one is not a valid integer or beyond the limit.
    """
    sizes, is_last = divmod(fields.varint("payload size"), 2)
    # In version 1 no level changes within a chunk.
    content, changes = (sizes, 0) if header.version == 1 else divmod(sizes, 2)
    if content > content_limit(header):
        raise fields.forbidden(
            "payload size",
            f"is {content} bytes, above the limit of {content_limit(header)}",
            ImpossibleSizeError,
        )
    total = fields.varint("number of samples") if is_last else None
    return ChunkSizes(content, bool(changes), total)


def read_chunk(fields: Fields, header: Header, index: int) -> Chunk:
    """Take a chunk and check it before anything of it is used.

    Raises:
        TruncatedError: the file ends within it.
        CorruptError: a field has a forbidden value or the checksum differs.
    """
    fields.owner = chunk_name(header, index)
    start = fields.position
    sizes = read_sizes(fields, header)
    try:
        samples = covered_samples(header, index, sizes.total)
    except ValueError as error:
        raise fields.forbidden(
            "number of samples", f"is {sizes.total} and ends elsewhere", ImpossibleSizeError
        ) from error
    level = fields.byte("level")
    content = fields.take(sizes.content, "payload")
    body = fields.since(start)
    if fields.take(CHECKSUM_BYTES, "checksum") != checksum(checksum_start(header, index), body):
        raise CorruptError(
            f"the checksum of {fields.owner} of the .gac data differs, so the chunk or the header"
            " is damaged; get the file again."
        )
    levels: tuple[Level, ...] = (Level(0, level),)
    if sizes.changes:
        inside = Fields(io.BytesIO(content), fields.owner)
        levels = read_changes(inside, level, frame_count(samples, sizes.total))
        content = content[inside.position :]
    return Chunk(index, levels, content, samples, sizes.total)
