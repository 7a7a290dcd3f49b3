"""Goes on after damage in a .gac file: what is lost, and where the next sound chunk begins."""

import heapq
import logging
from contextlib import suppress

from gan_audio_compression.codec.container.chunk import (
    CHECKSUM_BYTES,
    LEVEL_BYTES,
    Chunk,
    LostChunk,
    checksum,
    checksum_start,
    chunk_name,
    content_limit,
    covered_samples,
    read_chunk,
    read_sizes,
)
from gan_audio_compression.codec.container.errors import BitstreamError, CorruptError
from gan_audio_compression.codec.container.fields import VARINT_BYTES, Fields
from gan_audio_compression.codec.container.header import Header

logger = logging.getLogger(__name__)

MOST_LOST = 15
"""Chunks in a row that may be lost and the next one still be found."""
CHECKSUM_WORK = 1 << 30
"""Most bytes to checksum in one search, under a second: it bounds what a forged file costs."""

_SIZES_BYTES = 2 * VARINT_BYTES
_TAIL_BYTES = LEVEL_BYTES + CHECKSUM_BYTES


def conceal_damage(
    fields: Fields, header: Header, index: int, error: BitstreamError
) -> list[Chunk | LostChunk]:
    """Find the next sound chunk after chunk `index` could not be read.

    Args:
        fields: nothing was forgotten since the beginning of that chunk.
        header: of the file.
        index: of the chunk.
        error: why it could not be read.

    Returns:
        The chunks that are lost and then a sound one, after which the fields go on. Where there
        is none, what was begun is the only one that is lost; where nothing was begun, the list
        is empty.

    Raises:
        BitstreamError: `error`, where not one chunk of the file is sound.
    """
    found = _find_chunk(fields, header, index)
    if found is None and index == 0:
        fields.position = 0
        if not fields.reach(1):
            return []
        error.args = (f"nothing of this can be decoded: {error}",)
        raise error
    logger.warning("%s", error)
    if found is not None:
        numbers = range(index, found.index)
        return [*(LostChunk(i, header.chunk_samples, None, error) for i in numbers), found]
    logger.warning("no chunk is found after %s; the rest is ignored.", chunk_name(header, index))
    fields.position = 0
    return [_begun(fields, header, index, error)] if fields.reach(1) else []


def _begun(fields: Fields, header: Header, index: int, error: BitstreamError) -> LostChunk:
    """The chunk at hand, a full one where its sizes say nothing that can be."""
    try:
        total = read_sizes(fields, header).total
        return LostChunk(index, covered_samples(header, index, total), total, error)
    except (BitstreamError, ValueError):
        return LostChunk(index, header.chunk_samples, None, error)


def _find_chunk(fields: Fields, header: Header, index: int) -> Chunk | None:
    """Of the sound chunks from `index` on, the one that ends first; the fields stand behind it.

    A start that needs bytes which are not there yet waits while later starts are tried, so that
    a false one, with a large payload size, does not hold up a pipe.
    """
    largest = _SIZES_BYTES + content_limit(header) + _TAIL_BYTES
    candidates = range(index, index + MOST_LOST + 1)
    checksums = {candidate: checksum_start(header, candidate) for candidate in candidates}
    waiting: list[tuple[int, int]] = []
    work = 0
    for start in range(2 * largest):
        held = fields.reach(start + _SIZES_BYTES)
        while waiting and waiting[0][0] <= held:
            end, earlier = heapq.heappop(waiting)
            work += (end - earlier) * len(checksums)
            if work > CHECKSUM_WORK:
                return None
            chunk = _sound_chunk(fields, header, checksums, earlier, end)
            if chunk is not None:
                return chunk
        if start >= held:
            return None
        claimed_end = _claimed_end(fields, header, start)
        if claimed_end is not None:
            heapq.heappush(waiting, (claimed_end, start))
    return None


def _claimed_end(fields: Fields, header: Header, start: int) -> int | None:
    """Where a chunk that begins at `start` ends by its sizes; None where none can begin."""
    fields.position = start
    try:
        sizes = read_sizes(fields, header)
    except BitstreamError:
        return None
    return fields.position + sizes.content + _TAIL_BYTES


def _sound_chunk(
    fields: Fields, header: Header, checksums: dict[int, int], start: int, end: int
) -> Chunk | None:
    """The chunk from `start` to `end`, if it is sound at one of the places in `checksums`."""
    fields.position = end - CHECKSUM_BYTES
    body = fields.since(start)
    stored = fields.take(CHECKSUM_BYTES, "checksum")
    for index, first in checksums.items():
        if checksum(first, body) == stored:
            fields.position = start
            # The number of samples in a forged chunk may still belong to another place.
            with suppress(CorruptError):
                return read_chunk(fields, header, index)
    return None
