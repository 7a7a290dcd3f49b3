"""Reads a .gac file chunk by chunk, from anything that gives bytes."""

import logging
from collections.abc import Iterator
from typing import BinaryIO

from gan_audio_compression.codec.container.chunk import Chunk, LostChunk, chunk_name, read_chunk
from gan_audio_compression.codec.container.concealment import conceal_damage
from gan_audio_compression.codec.container.errors import BitstreamError, TrailingDataError
from gan_audio_compression.codec.container.fields import Fields
from gan_audio_compression.codec.container.header import Header

logger = logging.getLogger(__name__)


class ContainerReader:
    """Reads the header at once and the chunks as they are asked for.

    Args:
        file: read from where it stands and never sought, so a pipe will do. A chunk is given as
            soon as its last byte is there.

    Attributes:
        header: what holds for all chunks.

    Raises:
        BitstreamError: the header is not one of a .gac file that this program reads.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._fields = Fields(file, "the header")
        self.header = Header.read(self._fields)

    @property
    def size(self) -> int:
        """Bytes of the file that were read so far."""
        return self._fields.size

    def chunks(self, conceal: bool = False) -> Iterator[Chunk | LostChunk]:
        """Yield the chunks in order, each checked; call it once.

        Args:
            conceal: yield a `LostChunk` for each chunk that is damaged or missing, instead of
                raising. Where nothing more can be found after one, it is the last. A warning is
                logged at each loss, and where the file is cut or bytes follow its last chunk.

        Raises:
            TruncatedError: the file ends before its last chunk does.
            CorruptError: a chunk is damaged, or not at its place.
            TrailingDataError: bytes follow the last chunk, which was yielded before.
        """
        index, last = 0, False
        while not last:
            self._fields.forget()
            found: list[Chunk | LostChunk]
            try:
                found = [read_chunk(self._fields, self.header, index)]
            except BitstreamError as error:
                if not conceal:
                    raise
                found = conceal_damage(self._fields, self.header, index, error)
            yield from found
            if not found or isinstance(found[-1], LostChunk):
                return
            index, last = found[-1].index + 1, found[-1].total is not None
        self._check_end(index - 1, conceal)

    def _check_end(self, index: int, conceal: bool) -> None:
        self._fields.forget()
        if self._fields.reach(1) == 0:
            return
        fault = f"bytes follow {chunk_name(self.header, index)}, the last of the .gac data"
        if not conceal:
            raise TrailingDataError(f"{fault}; get the file again, or cut it there.")
        logger.warning("%s; they are ignored.", fault)
