"""The clock of a sender, as far as a receiver can tell it by when packets come."""

import math

_WINDOW_SECONDS = 10.0
# In a window the two clocks drift apart by no more; what is more is a change of the line.
_MOST_SECONDS = 0.005


class SenderClock:
    """Says when packets are due, by a clock that runs as fast as the sender's.

    The packet that a line delayed least, of each ten seconds, tells how the sender's clock has
    moved against the receiver's; two of quartz are a tenth of a second apart after an hour or less.

    Args:
        packet_seconds: from a packet to the next, by the sender's clock.
        wait_seconds: that a packet may be later than the first one was.
    """

    def __init__(self, packet_seconds: float, wait_seconds: float) -> None:
        self._seconds, self._wait = packet_seconds, wait_seconds
        # When packet 0 would have come, and how late the least delayed packet was.
        self._start: float | None = None
        self._usual: float | None = None
        self._least, self._window_end = math.inf, _WINDOW_SECONDS

    @property
    def started(self) -> bool:
        """Whether a packet has come."""
        return self._start is not None

    def came(self, place: int, now: float) -> None:
        """Take note that a packet came.

        Args:
            place: of it, from 0 for the first that came.
            now: in seconds, by the receiver's clock.
        """
        spoken = place * self._seconds
        if self._start is None:
            self._start = now - spoken
        self._least = min(self._least, now - self._start - spoken)
        if spoken < self._window_end:
            return
        if self._usual is None:
            self._usual = self._least
        drift = self._least - self._usual
        self._start += max(-_MOST_SECONDS, min(drift, _MOST_SECONDS))
        self._least, self._window_end = math.inf, spoken + _WINDOW_SECONDS

    def due(self, place: int) -> float:
        """Return when it is a packet's turn, in seconds by the receiver's clock.

        Raises:
            ValueError: no packet has come.
        """
        if self._start is None:
            raise ValueError("no packet has come yet.")
        return self._start + self._wait + place * self._seconds
