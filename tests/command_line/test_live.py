"""`live` over pipes and over UDP on this machine."""

import socket
import subprocess
import threading
from collections.abc import Callable

import numpy as np
import pytest

from gan_audio_compression.audio.pcm16 import of_pcm16, to_pcm16
from gan_audio_compression.command_line.live_line import LineError, Receiving, Sending
from tests.command_line.conftest import PROGRAM
from tests.conftest import voice

SPEECH = voice(24_000)


def live(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*PROGRAM, "live", *arguments], input=given, capture_output=True)


def test_packets_over_pipes() -> None:
    encoded = live("encode", given=to_pcm16(SPEECH))
    assert encoded.returncode == 0
    assert len(encoded.stdout) == 20 * -(-len(SPEECH) // 1280)
    decoded = live("decode", given=encoded.stdout)
    speech = of_pcm16(decoded.stdout)
    assert decoded.stderr == b""
    assert len(speech) == 1280 * -(-len(SPEECH) // 1280) + 1024
    late = speech[1024 : 1024 + len(SPEECH)]
    assert np.square(late).mean() == pytest.approx(np.square(SPEECH).mean(), rel=0.5)


def test_a_packet_that_is_cut_off_is_filled() -> None:
    packets = live("encode", given=to_pcm16(SPEECH)).stdout
    decoded = live("decode", given=packets[:-7])
    assert len(of_pcm16(decoded.stdout)) == 1280 * -(-len(SPEECH) // 1280) + 1024
    assert b"1 packets could not be decoded" in decoded.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("encode", "--ahead-ms", "5"), b"ahead_ms is 5; give a multiple of 8"),
        (("encode", "--bitrate", "9k"), b"'9k' is not a bit rate from 800 to 3200"),
        (("decode", "--model", "none"), b"none cannot be read"),
        (("send", "host.invalid", "9"), b"host.invalid cannot be sent to"),
        (("receive", "9", "--host", "192.0.2.1"), b"cannot be listened at"),
    ],
)
def test_wrong_calls_say_what_is_wrong(arguments: tuple[str, ...], message: bytes) -> None:
    ended = live(*arguments)
    assert ended.returncode in (1, 2)
    assert message in ended.stderr
    assert b"Traceback" not in ended.stderr


def received(send: Callable[[Sending], None], packet_ms: int = 20) -> tuple[list, Receiving]:
    """Return what a receiver gets of what is sent to it on the loopback."""
    packets: list[bytes | None] = []
    with Receiving("127.0.0.1", 0, packet_ms, wait_ms=40) as receiving:
        thread = threading.Thread(target=lambda: packets.extend(receiving.packets()))
        thread.start()
        with Sending("127.0.0.1", receiving.port, packet_ms) as sending:
            send(sending)
        thread.join(timeout=30)
        assert not thread.is_alive()
    return packets, receiving


def test_packets_over_udp_come_in_order() -> None:
    wanted = [bytes([number]) * 20 for number in range(30)]

    def send(sending: Sending) -> None:
        for packet in wanted:
            sending.send(packet)

    packets, receiving = received(send)
    assert packets == wanted
    assert (receiving.turns, receiving.buffer.late) == (30, 0)


def test_what_is_not_sent_keeps_its_time() -> None:
    def send(sending: Sending) -> None:
        for packet in (b"ab", b"", b"", b"cd"):
            sending.send(packet)
        assert (sending.sent, sending.size) == (2, 8)

    assert received(send)[0] == [b"ab", None, None, b"cd"]


def test_what_is_no_packet_is_not_the_first() -> None:
    def send(sending: Sending) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.connect(sending._socket.getpeername())
            other.send(b"?")
        sending.send(b"ab")

    assert received(send)[0] == [b"ab"]


def test_a_port_that_is_taken_is_refused() -> None:
    with (
        Receiving("127.0.0.1", 0, 20, 40) as receiving,
        pytest.raises(LineError, match="give one that is free"),
    ):
        Receiving("127.0.0.1", receiving.port, 20, 40)
