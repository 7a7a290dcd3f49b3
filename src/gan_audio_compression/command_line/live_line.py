"""Packets by UDP: each has its number, of 16 bits, before it; a number alone is the end."""

import socket
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from gan_audio_compression.codec.live.jitter_buffer import JitterBuffer
from gan_audio_compression.codec.live.sender_clock import SenderClock
from gan_audio_compression.errors import GanAudioCompressionError

_NUMBER_BYTES = 2
_NUMBERS = 1 << 8 * _NUMBER_BYTES
_LARGEST = 2048
# The end may be lost too.
_ENDS = 3
# Seconds without a packet after which the sender is gone; in a pause it sends every half second.
_GONE = 5.0


class LineError(GanAudioCompressionError):
    """An address cannot be used."""


class _Line:
    """A socket that is closed at the end of a block."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._socket.close()


class Sending(_Line):
    """Sends packets, no sooner than they would be spoken.

    Args:
        host, port: of the receiver.
        packet_ms: of speech in a packet.

    Attributes:
        sent: packets so far.
        size: bytes of them with their numbers.

    Raises:
        LineError: there is no such host.
    """

    def __init__(self, host: str, port: int, packet_ms: int) -> None:
        super().__init__()
        self._seconds = packet_ms / 1000
        self._number, self._start = 0, 0.0
        self.sent = self.size = 0
        try:
            self._socket.connect((host, port))
        except OSError as error:
            self._socket.close()
            raise LineError(
                f"{host} cannot be sent to ({error.strerror}); give the name of a receiver."
            ) from error

    def send(self, packet: bytes) -> None:
        """Send the next packet when it is its time; an empty one keeps its number and its time."""
        if not self._number:
            self._start = time.monotonic()
        due = self._start + self._number * self._seconds
        time.sleep(max(0.0, due - time.monotonic()))
        if packet:
            self._datagram(packet)
            self.sent += 1
            self.size += _NUMBER_BYTES + len(packet)
        self._number += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Say that this is the end."""
        for _ in range(_ENDS):
            self._datagram(b"")
        super().__exit__(kind, error, traceback)

    def _datagram(self, packet: bytes) -> None:
        number = (self._number % _NUMBERS).to_bytes(_NUMBER_BYTES)
        try:
            self._socket.send(number + packet)
        except ConnectionRefusedError:
            # Of a datagram before: nobody listens yet, or any more, and the line is what it is.
            return


class Receiving(_Line):
    """Receives packets and gives each when it is its turn.

    Args:
        host, port: to listen at.
        packet_ms: of speech in a packet.
        wait_ms: that a packet may be later than the first one was.

    Attributes:
        buffer: of them, which counts what came late.
        turns: packets whose turn it was.

    Raises:
        LineError: the address is not this machine's, or another program listens there.
    """

    def __init__(self, host: str, port: int, packet_ms: int, wait_ms: int) -> None:
        super().__init__()
        self._clock = SenderClock(packet_ms / 1000, wait_ms / 1000)
        self.buffer, self.turns = JitterBuffer(), 0
        self._heard = 0.0
        try:
            self._socket.bind((host, port))
        except OSError as error:
            self._socket.close()
            raise LineError(
                f"port {port} of {host} cannot be listened at ({error.strerror});"
                " give one that is free."
            ) from error

    @property
    def port(self) -> int:
        """The port; one that is free where 0 was given."""
        port: int = self._socket.getsockname()[1]
        return port

    def packets(self) -> Iterator[bytes | None]:
        """Yield each packet when it is its turn, None where it is not there, until the end."""
        while not self._clock.started:
            self._take(None)
        while True:
            # What has come is taken first, even where this turn is late already.
            while self._take(self._left()) or self._left():
                pass
            if self.buffer.at_end or time.monotonic() - self._heard > _GONE:
                return
            self.turns += 1
            yield self.buffer.pop()

    def _left(self) -> float:
        """Return seconds until the next turn; 0 where it is late."""
        return max(self._clock.due(self.turns) - time.monotonic(), 0.0)

    def _take(self, seconds: float | None) -> bool:
        """Take a datagram, if one comes in time; tell whether one did."""
        self._socket.settimeout(seconds)
        try:
            datagram = self._socket.recv(_LARGEST)
        except (TimeoutError, BlockingIOError):
            return False
        self._heard = time.monotonic()
        if len(datagram) >= _NUMBER_BYTES:
            number = int.from_bytes(datagram[:_NUMBER_BYTES])
            place = self.buffer.put(number, datagram[_NUMBER_BYTES:])
            self._clock.came(place, self._heard)
        return True
