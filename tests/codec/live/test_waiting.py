"""A receiver that knows the packet after the one whose turn it is."""

from collections.abc import Iterator

import numpy as np
import pytest

from gan_audio_compression.codec.live.decoder import LiveDecoder
from gan_audio_compression.codec.live.encoder import LiveEncoder
from gan_audio_compression.codec.live.model import LiveModel
from gan_audio_compression.codec.live.packet_format import PacketFormat
from gan_audio_compression.codec.live.waiting import with_following
from tests.conftest import voice

FORM = PacketFormat.of_bitrate(2000, packet_ms=40, check_bits=8)
LOST = 4

Packets = list[bytes | None]


@pytest.fixture(scope="module")
def packets(live_model: LiveModel) -> Packets:
    sent: Packets = [*LiveEncoder(live_model, FORM).push(voice(12_800))]
    sent[LOST] = None
    return sent


def lost_one(model: LiveModel, packets: Packets, following: bytes | None) -> np.ndarray:
    """Return what fills the lost packet where `following` is known."""
    decoder = LiveDecoder(model, FORM)
    for packet in packets[:LOST]:
        decoder.push(packet)
    return decoder.push(None, following)


def test_a_loss_is_filled_from_both_sides(live_model: LiveModel, packets: Packets) -> None:
    from_one = lost_one(live_model, packets, None)
    from_both = lost_one(live_model, packets, packets[LOST + 1])
    assert np.abs(from_both - from_one).max() > 0.01 * np.abs(from_one).max()


@pytest.mark.parametrize("following", [b"\xff" * 10, b"\x00\x01"])
def test_what_follows_and_is_damaged_or_noise_is_as_if_it_were_not_there(
    live_model: LiveModel, packets: Packets, following: bytes
) -> None:
    wanted = lost_one(live_model, packets, None)
    np.testing.assert_array_equal(lost_one(live_model, packets, following), wanted)


@pytest.mark.parametrize("group", [1, 3])
def test_each_packet_still_counts_once(live_model: LiveModel, group: int) -> None:
    form = PacketFormat.of_bitrate(2000, packet_ms=80, group=group)
    packets: Packets = [*LiveEncoder(live_model, form).push(voice(25_600))]
    packets[7] = None
    decoders = LiveDecoder(live_model, form), LiveDecoder(live_model, form)
    for decoder, waits in zip(decoders, (False, True), strict=True):
        heard = [decoder.push(*pair) for pair in with_following(packets, waits)]
        assert [len(samples) for samples in heard] == [form.samples] * len(packets)
    assert decoders[0].lost == decoders[1].lost == (1 if group == 1 else 2)


def test_a_packet_is_held_back_by_one_alone_and_only_if_wanted() -> None:
    came: list[int] = []

    def line() -> Iterator[bytes]:
        for number in range(3):
            came.append(number)
            yield bytes([number])

    for waits, ahead in ((False, 0), (True, 1)):
        came.clear()
        for place, (packet, following) in enumerate(with_following(line(), waits)):
            assert packet == bytes([place])
            assert following == (bytes([place + 1]) if waits and place < 2 else None)
            assert len(came) == min(place + 1 + ahead, 3)
