"""The sender: packets of one size, whatever the blocks that the samples come in."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_audio_compression.codec.live.encoder import LiveEncoder
from gan_audio_compression.codec.live.errors import LiveFormatError
from gan_audio_compression.codec.live.model import LiveModel
from gan_audio_compression.codec.live.packet_format import PacketFormat
from tests.conftest import voice

SPEECH = voice(12_800)
FORM = PacketFormat(size=20, group=2)


@settings(max_examples=10)
@given(cuts=st.lists(st.integers(0, len(SPEECH)), max_size=8))
def test_blocks_change_nothing(live_model: LiveModel, cuts: list[int]) -> None:
    at_once = LiveEncoder(live_model, FORM).push(SPEECH)
    places = [0, *sorted(cuts), len(SPEECH)]
    encoder = LiveEncoder(live_model, FORM)
    packets: list[bytes] = []
    for start, end in pairwise(places):
        packets += encoder.push(SPEECH[start:end])
    assert packets == at_once


@pytest.mark.parametrize(("packet_ms", "ahead_ms"), [(40, 0), (80, 40), (120, 24)])
def test_a_packet_comes_with_its_delay(
    live_model: LiveModel, packet_ms: int, ahead_ms: int
) -> None:
    encoder = LiveEncoder(live_model, PacketFormat.of_bitrate(2000, packet_ms), ahead_ms)
    samples = 16 * encoder.delay_ms
    assert encoder.push(SPEECH[: samples - 1]) == []
    assert len(encoder.push(SPEECH[samples - 1 : samples])) == 1


def test_all_samples_are_in_a_packet(live_model: LiveModel) -> None:
    for samples in (1, 1279, 1280, 1281, 4000):
        encoder = LiveEncoder(live_model, FORM)
        packets = encoder.push(SPEECH[:samples]) + encoder.finish()
        assert len(packets) == -(-samples // 1280)
        assert {len(packet) for packet in packets} == {20}


def test_loud_noise_fits_too(live_model: LiveModel) -> None:
    noise = np.random.default_rng(0).standard_normal(16_000).astype(np.float32).clip(-1, 1)
    # In a group even zeros may be too long after what came before.
    for form in (PacketFormat(size=8), PacketFormat(size=32), PacketFormat(40, size=4, group=3)):
        packets = LiveEncoder(live_model, form).push(noise)
        assert {len(packet) for packet in packets} == {form.size}


@pytest.mark.parametrize("ahead_ms", [-8, 4, 48])
def test_a_look_ahead_that_cannot_be(live_model: LiveModel, ahead_ms: int) -> None:
    with pytest.raises(LiveFormatError, match=f"ahead_ms is {ahead_ms}; give a multiple of 8"):
        LiveEncoder(live_model, FORM, ahead_ms)
