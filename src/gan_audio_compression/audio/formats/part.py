"""One recording of those that a file holds, one after the other, as libsndfile is to see it."""

import os
from dataclasses import dataclass
from typing import Protocol

_FARTHEST = 1 << 62


class Source(Protocol):
    """A file that can be read from any place, or a `KeptPipe`."""

    def read(self, size: int, /) -> bytes:
        """Read `size` bytes, fewer only at the end."""
        ...

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Go to a place and return it."""
        ...

    def tell(self) -> int:
        """Return the place."""
        ...


@dataclass(frozen=True)
class Part:
    """One recording within a file.

    Attributes:
        start: the place in the file of its bytes, or of those that follow on `head`.
        length: number of those bytes.
        end: the place from which another part may follow.
        head: a header that says the true length, where that of the file may not; or nothing.
        claimed_share: the bytes that the file claims to hold, over `length`; None if it does not
            say.
        claimed_frames: the frames that it claims; None if it does not say.
        is_cut: it ends before it should, though nobody knows by how much.
        is_live: it can be read while it comes, and only once.
    """

    start: int
    length: int
    end: int
    head: bytes = b""
    claimed_share: float | None = None
    claimed_frames: int | None = None
    is_cut: bool = False
    is_live: bool = False


class PartFile:
    """A file object of one part alone, from its beginning to its end."""

    def __init__(self, part: Part, source: Source) -> None:
        self._part, self._source = part, source
        self._place = 0

    def read(self, size: int) -> bytes:
        """Read at most `size` bytes, none at the end."""
        part = self._part
        data = part.head[self._place : self._place + size]
        if not data:
            gone = self._place - len(part.head)
            data = read_at(self._source, part.start + gone, min(size, part.length - gone))
        self._place += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place and return it."""
        length = len(self._part.head) + self._part.length
        self._place = offset + (0, self._place, length)[whence]
        return self._place

    def tell(self) -> int:
        """Return the place."""
        return self._place


def read_at(source: Source, place: int, size: int) -> bytes:
    """Read `size` bytes from a place on, fewer only at the end; none at impossible places."""
    if size <= 0 or place > _FARTHEST:
        return b""
    source.seek(place)
    return source.read(size)


def size_of(source: Source) -> int:
    """Return the place where a file ends; of a pipe, once it has."""
    return source.seek(0, os.SEEK_END)
