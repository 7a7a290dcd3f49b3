"""Packets of a line that loses some and brings others late: put in order, waited for a while."""

_NUMBERS = 1 << 16
"""Packets are numbered in 16 bits, which start again after an hour or more."""


class JitterBuffer:
    """Holds packets until it is their turn.

    How long one is waited for is a matter of when `pop` is called.

    Attributes:
        late: packets that came after their turn.
    """

    def __init__(self) -> None:
        self._packets: dict[int, bytes] = {}
        # The place of the packet whose turn is next; None before the first one came.
        self._next: int | None = None
        self._first = 0
        self._end: int | None = None
        self.late = 0

    def put(self, number: int, packet: bytes) -> int:
        """Take a packet, and return its place, 0 for the first that came.

        An empty one says that the stream ended before it.

        Args:
            number: of the packet, 0 .. 65535; the first that comes begins the stream.
            packet: its bytes. One that came already is dropped.
        """
        if self._next is None:
            self._first = self._next = number
        place = self._next + (number - self._next + _NUMBERS // 2) % _NUMBERS - _NUMBERS // 2
        if not packet:
            self._end = place
        elif place < self._next:
            self.late += 1
        else:
            self._packets.setdefault(place, packet)
        return place - self._first

    def pop(self) -> bytes | None:
        """Return the packet whose turn it is; None if it is not there."""
        if self._next is None:
            return None
        packet = self._packets.pop(self._next, None)
        self._next += 1
        return packet

    @property
    def at_end(self) -> bool:
        """Whether the stream ended before the packet whose turn it is."""
        return self._next is not None and self._end is not None and self._next >= self._end
