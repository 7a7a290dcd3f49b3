"""FLAC: frames whose end nothing tells, behind a header that says their number (RFC 9639)."""

import re

from gan_audio_compression.audio.formats.part import Part, Source, read_at, size_of

_BLOCK = 1 << 20

# STREAMINFO is the first of the metadata blocks and has 34 bytes.
_BEGINNING = re.compile(rb"fLaC[\x00\x80]\0\0\x22")
_HEADER_BYTES = 42

# The number of samples is the last 36 bits of these bytes of the header.
_TOTAL_AT = slice(18, 26)
_TOTAL_MASK = (1 << 36) - 1


def flac_part(source: Source, start: int) -> Part | None:
    """Find the frames of a FLAC file that begins at `start`; None if there is none.

    The header that libsndfile sees does not know their number, so all are read.
    """
    head = read_at(source, start, _HEADER_BYTES)
    if len(head) < _HEADER_BYTES or not _BEGINNING.match(head):
        return None
    field = int.from_bytes(head[_TOTAL_AT])
    unknown = (field & ~_TOTAL_MASK).to_bytes(8)
    end = _next_beginning(source, start + _HEADER_BYTES)
    return Part(
        start + _HEADER_BYTES,
        end - start - _HEADER_BYTES,
        end,
        head[: _TOTAL_AT.start] + unknown + head[_TOTAL_AT.stop :],
        claimed_frames=field & _TOTAL_MASK or None,
    )


def _next_beginning(source: Source, place: int) -> int:
    """Return where the next FLAC file begins, from a place on, or the end."""
    while block := read_at(source, place, _BLOCK):
        if found := _BEGINNING.search(block):
            return place + found.start()
        # A beginning may lie across two blocks.
        place += max(1, len(block) - 7)
    return size_of(source)
