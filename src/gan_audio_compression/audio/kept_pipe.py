"""A pipe that can be read like a file, since what has come is kept."""

import os
import tempfile
from contextlib import ExitStack
from typing import BinaryIO

from gan_audio_compression.audio.callbacks import read_fully

_LONGEST_IN_MEMORY = 1 << 20
_BLOCK = 1 << 16


class KeptPipe:
    """A file object for what comes through a pipe; takes no more from it than is asked for.

    Places count from where the pipe stands at first. What has come is kept, on disk where it is
    long, up to the next call of `forget`.
    """

    def __init__(self, pipe: BinaryIO, resources: ExitStack) -> None:
        self._pipe = pipe
        kept = tempfile.SpooledTemporaryFile(max_size=_LONGEST_IN_MEMORY)  # noqa: SIM115
        self._kept = resources.enter_context(kept)
        self._kept_from = self._come = self._place = 0

    def read(self, size: int) -> bytes:
        """Read `size` bytes, fewer only at the end."""
        self._take_up_to(self._place + size)
        self._kept.seek(self._place - self._kept_from)
        data = self._kept.read(size)
        self._place += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place that is not forgotten; asking for the end waits for the pipe's."""
        if whence == os.SEEK_END:
            while self._take_up_to(self._come + _BLOCK):
                pass
            offset += self._come
        self._place = offset
        return offset

    def tell(self) -> int:
        """Return the place."""
        return self._place

    def forget(self) -> None:
        """Let go of what lies before the place."""
        self._kept.seek(self._place - self._kept_from)
        rest = self._kept.read()
        self._kept.seek(0)
        self._kept.truncate()
        self._kept.write(rest)
        self._kept_from = self._place

    def _take_up_to(self, place: int) -> bool:
        """Take what is still to come before a place; tell whether the pipe has not ended."""
        self._kept.seek(0, os.SEEK_END)
        while self._come < place:
            data = read_fully(self._pipe, min(_BLOCK, place - self._come))
            if not data:
                return False
            self._kept.write(data)
            self._come += len(data)
        return True
