"""The form of packets: what can be, and what is said of what cannot."""

import pytest

from gan_audio_compression.codec.live.errors import LiveFormatError
from gan_audio_compression.codec.live.packet_format import PacketFormat


def test_a_packet_of_80_ms() -> None:
    form = PacketFormat(packet_ms=80, size=20)
    assert (form.bitrate, form.latents, form.frames, form.samples) == (2000, 2, 10, 1280)


@pytest.mark.parametrize(
    ("bitrate", "packet_ms", "size"), [(2000, 80, 20), (1200, 40, 6), (3200, 120, 48), (999, 80, 9)]
)
def test_the_largest_packets_within_a_bit_rate(bitrate: float, packet_ms: int, size: int) -> None:
    form = PacketFormat.of_bitrate(bitrate, packet_ms)
    assert form.size == size
    assert form.bitrate <= bitrate


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"packet_ms": 60}, "packet_ms is 60; give one of 40, 80, 120."),
        ({"group": 0}, "group is 0; give one of 1, 2, 3."),
        ({"check_bits": 16}, "check_bits is 16; give one of 0, 8."),
        ({"size": 7}, "packets of 7 bytes every 80 ms are 700 bit/s; take 800 to 3200."),
        ({"size": 33}, "packets of 33 bytes every 80 ms are 3300 bit/s; take 800 to 3200."),
    ],
)
def test_what_cannot_be(wrong: dict[str, int], said: str) -> None:
    with pytest.raises(LiveFormatError, match=said.replace(".", r"\.")):
        PacketFormat(**wrong)
