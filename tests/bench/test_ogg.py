"""Packets of Ogg files, and what is no Ogg file."""

import struct
from collections.abc import Sequence

import numpy as np
import pytest

from gan_audio_compression.bench.codec import CodecFailedError
from gan_audio_compression.bench.ogg import speech_packets

HEAD, TAGS = b"OpusHead" + bytes(11), b"OpusTags"
CONTINUED, FIRST, LAST = 1, 2, 4


def crc(data: bytes) -> int:
    """RFC 3533's checksum, bit by bit as it is defined."""
    register = 0
    for byte in data:
        register ^= byte << 24
        for _ in range(8):
            register = (register << 1) ^ (0x104C11DB7 if register >> 31 else 0)
    return register


def page(number: int, flags: int, lacing: Sequence[int], body: bytes, stream: int = 7) -> bytes:
    def with_checksum(checksum: int) -> bytes:
        header = (b"OggS", 0, flags, 0, stream, number, checksum, len(lacing))
        return struct.pack("<4sBBqIIIB", *header) + bytes(lacing) + body

    return with_checksum(crc(with_checksum(0)))


def headers() -> list[bytes]:
    return [page(0, FIRST, [len(HEAD)], HEAD), page(1, 0, [len(TAGS)], TAGS)]


def ogg_file() -> bytes:
    return b"".join([*headers(), page(2, 0, [3, 0], b"abc"), page(3, LAST, [5], b"defgh")])


def test_packets_behind_the_headers_come_in_order() -> None:
    assert speech_packets(ogg_file(), b"OpusHead") == [b"abc", b"", b"defgh"]


def test_long_packets_are_put_together_within_and_across_pages() -> None:
    body = np.random.default_rng(0).bytes(255 * 4 + 10)
    pages = [
        page(2, 0, [255, 0, 255, 255], body[: 255 * 3]),
        page(3, CONTINUED | LAST, [255, 10], body[255 * 3 :]),
    ]
    packets = speech_packets(b"".join([*headers(), *pages]), b"OpusHead")
    assert packets == [body[:255], body[255:]]


def test_a_cut_file_is_refused_wherever_it_is_cut() -> None:
    whole = ogg_file()
    for length in range(len(whole)):
        with pytest.raises(CodecFailedError):
            speech_packets(whole[:length], b"OpusHead")


def test_any_flipped_bit_is_noticed() -> None:
    whole = ogg_file()
    for bit in range(8 * len(whole)):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(CodecFailedError):
            speech_packets(bytes(damaged), b"OpusHead")


@pytest.mark.parametrize(
    ("pages", "reason"),
    [
        ([page(2, LAST, [1], b"a"), b"tail"], "after the last|cut off"),
        ([page(3, LAST, [1], b"a")], "not the next"),
        ([page(2, LAST, [1], b"a", stream=8)], "not the next"),
        ([page(2, FIRST | LAST, [1], b"a")], "not the next"),
        ([page(2, CONTINUED | LAST, [1], b"a")], "does not go on"),
        ([page(2, 0, [255], bytes(255)), page(3, LAST, [1], b"a")], "does not go on"),
        ([page(2, LAST, [255], bytes(255))], "last packet is cut off"),
        ([page(2, 0, [1], b"a")], "cut off"),
    ],
)
def test_pages_that_do_not_follow_each_other_are_refused(pages: list[bytes], reason: str) -> None:
    with pytest.raises(CodecFailedError, match=reason):
        speech_packets(b"".join([*headers(), *pages]), b"OpusHead")


def test_another_stream_and_no_stream_are_refused() -> None:
    with pytest.raises(CodecFailedError, match="does not begin with Speex"):
        speech_packets(ogg_file(), b"Speex   ")
    for data in (b"", b"RIFF" + bytes(100), page(0, FIRST | LAST, [len(HEAD)], HEAD)):
        with pytest.raises(CodecFailedError):
            speech_packets(data, b"OpusHead")
