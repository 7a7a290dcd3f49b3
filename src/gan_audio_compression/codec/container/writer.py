"""Writes a .gac file chunk by chunk."""

from typing import BinaryIO

from gan_audio_compression.codec.container.chunk import (
    CHECKSUM_BYTES,
    LEVEL_BYTES,
    ChunkSizes,
    checksum,
    checksum_start,
    covered_samples,
    payload_limit,
)
from gan_audio_compression.codec.container.header import Header


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

    def write(self, level_code: int, payload: bytes, total: int | None = None) -> None:
        """Write the next chunk.

        Args:
            level_code: level of the signal, 0 .. 255; it is -0.5 dB times this.
            payload: what the entropy coder gave.
            total: with the last chunk, samples of the recording at its own rate.

        Raises:
            ValueError: the last chunk was written before, the payload is too long, the level is
                out of range, or the recording does not end within this chunk.
        """
        if self._ended:
            raise ValueError("a chunk cannot follow the last one: begin another file.")
        if len(payload) > payload_limit(self._header):
            raise ValueError(
                f"a payload may have {payload_limit(self._header)} bytes, not {len(payload)}."
            )
        if not 0 <= level_code < 256:
            raise ValueError(f"the level code must be 0 .. 255, not {level_code}.")
        covered_samples(self._header, self._index, total)
        body = ChunkSizes(len(payload), total).to_bytes() + bytes([level_code]) + payload
        self._write(body + checksum(checksum_start(self._header, self._index), body))
        self._index += 1
        self._ended = total is not None

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self.size += len(data)


def largest_payload(budget: int, total: int | None) -> int:
    """Length of the longest payload whose chunk takes at most `budget` bytes in all.

    Args:
        budget: bytes of the chunk, its sizes, level and checksum included.
        total: with the last chunk, samples of the recording at its own rate, else None.

    Returns:
        0 or more, or -1 where not even an empty payload fits. The limit of the format, which
        depends on the chunk length, is not applied.
    """
    payload = budget - LEVEL_BYTES - CHECKSUM_BYTES - 1
    while payload >= 0 and _chunk_bytes(payload, total) > budget:
        payload -= 1
    return max(payload, -1)


def _chunk_bytes(payload: int, total: int | None) -> int:
    sizes = ChunkSizes(payload, total).to_bytes()
    return len(sizes) + LEVEL_BYTES + payload + CHECKSUM_BYTES
