"""Fields of a .gac file: bytes and variable-length integers, from any file object."""

from typing import BinaryIO

from gan_audio_compression.codec.container.errors import CorruptError, TruncatedError

VARINT_BYTES = 9
"""Most bytes of a varint, which is below 2**63."""


def varint(value: int) -> bytes:
    """Encode 0 .. 2**63 - 1 in LEB128: seven bits a byte, the lowest first.

    Raises:
        ValueError: `value` is out of that range.
    """
    if not 0 <= value < 1 << 7 * VARINT_BYTES:
        raise ValueError(f"a .gac file holds numbers from 0 to 2**63 - 1, not {value}.")
    groups = bytearray()
    while value >= 0x80:
        groups.append(0x80 | value & 0x7F)
        value >>= 7
    groups.append(value)
    return bytes(groups)


class Fields:
    """Takes fields in order and reads no byte of the file before a field needs it.

    What was read is held until `forget`, so that a damaged chunk can be looked at again: set
    `position` back to do so.

    Args:
        file: read from where it stands and never sought; its `read` waits for at least one byte
            and returns none only at the end, as those of files, pipes and sockets do.

    Attributes:
        position: of the next field, in bytes since the last `forget`.
        owner: whose fields they are, for the errors.
        size: bytes of the file that were read.
    """

    def __init__(self, file: BinaryIO, owner: str) -> None:
        self._file = file
        self._held = bytearray()
        self.position = 0
        self.owner = owner
        self.size = 0

    def reach(self, end: int) -> int:
        """Hold the bytes up to `end`; return how many are held, fewer only at the file's end."""
        while len(self._held) < end:
            block = self._file.read(end - len(self._held))
            if not block:
                break
            self._held += block
            self.size += len(block)
        return len(self._held)

    def forget(self) -> None:
        """Let go of all bytes before the position, which becomes 0."""
        del self._held[: self.position]
        self.position = 0

    def since(self, start: int) -> bytes:
        """Return the bytes from `start` to the position."""
        return bytes(self._held[start : self.position])

    def take(self, size: int, name: str) -> bytes:
        """Return the next `size` bytes.

        Raises:
            TruncatedError: the file ends before them.
        """
        start = self.position
        if self.reach(start + size) < start + size:
            raise TruncatedError(
                f"the .gac data ends within the {name} of {self.owner}; get the whole file."
            )
        self.position = start + size
        return self.since(start)

    def byte(self, name: str) -> int:
        """Return the next byte; errors as `take`."""
        return self.take(1, name)[0]

    def varint(self, name: str) -> int:
        """Return the next variable-length integer, the inverse of `varint`.

        Raises:
            TruncatedError: the file ends within it.
            CorruptError: it has more than 9 bytes or more than its value needs.
        """
        value = 0
        for shift in range(0, 7 * VARINT_BYTES, 7):
            byte = self.byte(name)
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
        else:
            raise self.forbidden(name, "has more than 9 bytes")
        if byte == 0 and shift > 0:
            raise self.forbidden(name, "is longer than its value needs")
        return value

    def forbidden(
        self, name: str, fault: str, error: type[CorruptError] = CorruptError
    ) -> CorruptError:
        """Return the error for a field whose value the format does not allow."""
        return error(f"the {name} of {self.owner} of the .gac data {fault}; get the file again.")
