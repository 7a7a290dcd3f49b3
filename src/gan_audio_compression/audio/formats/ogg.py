"""Ogg: pages, of which those between two beginnings are one recording (RFC 3533)."""

from collections.abc import Iterator
from dataclasses import dataclass

from gan_audio_compression.audio.formats.part import Part, Source, read_at, size_of

_CAPTURE = b"OggS"
_HEADER_BYTES = 27
_FIRST_PAGE, _LAST_PAGE = 0x02, 0x04
_BLOCK = 1 << 16


@dataclass(frozen=True)
class _Page:
    """A page.

    Attributes:
        is_first: it begins a stream.
        is_last: it ends one, and is all there.
        end: the place where it ends.
    """

    is_first: bool
    is_last: bool
    end: int


def ogg_part(source: Source, start: int) -> Part | None:
    """Find the pages up to the next beginning of Ogg streams; None if none begins at `start`."""
    end, begun, is_whole = start, False, False
    for page in _pages(source, start):
        # Several streams that run side by side begin together.
        if begun and page.is_first:
            break
        begun = not page.is_first
        is_whole = page.is_last
        end = page.end
    return Part(start, end - start, end, is_cut=not is_whole) if end > start else None


def _pages(source: Source, start: int) -> Iterator[_Page]:
    size, place = size_of(source), start
    while (header := read_at(source, place, _HEADER_BYTES)).startswith(_CAPTURE):
        if len(header) < _HEADER_BYTES:
            return
        lengths = read_at(source, place + _HEADER_BYTES, header[26])
        end = place + _HEADER_BYTES + header[26] + sum(lengths)
        following = end
        if end != size and read_at(source, end, 4) != _CAPTURE:
            # Another page may begin within one that is cut.
            following = _next_page(source, place + 1) or size
        is_complete = end <= min(following, size)
        flags = header[5]
        yield _Page(
            bool(flags & _FIRST_PAGE), bool(flags & _LAST_PAGE) and is_complete, min(end, following)
        )
        place = following


def _next_page(source: Source, place: int) -> int | None:
    """Return where the next page begins, from a place on."""
    while block := read_at(source, place, _BLOCK):
        if (found := block.find(_CAPTURE)) >= 0:
            return place + found
        place += max(1, len(block) - 3)
    return None
