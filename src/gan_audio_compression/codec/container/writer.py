"""Writes a .gac file chunk by chunk."""

from collections.abc import Sequence
from typing import BinaryIO

from gan_audio_compression.codec.container.chunk import (
    checksum,
    checksum_start,
    chunk_body,
    chunk_bytes,
    content_limit,
    covered_samples,
)
from gan_audio_compression.codec.container.header import Header
from gan_audio_compression.codec.container.levels import Level, changes_to_bytes


class ContainerWriter:
    """Writes the header at once, then each chunk as a whole; it flushes nothing.

    Args:
        file: takes the bytes.
        header: what holds for all chunks.

    Attributes:
        size: bytes written so far.
    """

    def __init__(self, file: BinaryIO, header: Header) -> None:
        self._file = file
        self._header = header
        self._index = 0
        self._ended = False
        self.size = 0
        self._write(header.to_bytes())

    def write(self, levels: Sequence[Level], payload: bytes, total: int | None = None) -> None:
        """Write the next chunk.

        Args:
            levels: of the signal, in order, the first from frame 0 on.
            payload: what the entropy coder gave.
            total: with the last chunk, samples of the recording at its own rate.

        Raises:
            ValueError: the last chunk was written before, levels or payload are too long, a level
                is out of range or no change, or the recording does not end within this chunk.
        """
        if self._ended:
            raise ValueError("a chunk cannot follow the last one: begin another file.")
        covered_samples(self._header, self._index, total)
        limit = content_limit(self._header)
        if len(changes_to_bytes(levels)) + len(payload) > limit:
            raise ValueError(f"levels and payload may have {limit} bytes, not {len(payload)}.")
        body = chunk_body(levels, payload, total)
        self._write(body + checksum(checksum_start(self._header, self._index), body))
        self._index += 1
        self._ended = total is not None

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self.size += len(data)


def largest_payload(budget: int, levels: Sequence[Level], total: int | None) -> int:
    """Length of the longest payload whose chunk takes at most `budget` bytes in all.

    Args:
        budget: bytes of the chunk, its sizes, levels and checksum included.
        levels: of the chunk.
        total: with the last chunk, samples of the recording at its own rate, else None.

    Returns:
        0 or more, or -1 where not even an empty payload fits. The limit of the format, which
        depends on the chunk length, is not applied.
    """
    # The size of the payload takes one byte or more.
    payload = budget - chunk_bytes(levels, 0, total)
    while payload >= 0 and chunk_bytes(levels, payload, total) > budget:
        payload -= 1
    return max(payload, -1)
