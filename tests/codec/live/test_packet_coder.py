"""Packets: nothing is lost, the size is fixed, damage is known where there is a checksum."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_audio_compression.codec.live.errors import PacketError
from gan_audio_compression.codec.live.model import LiveModel
from gan_audio_compression.codec.live.packet_coder import LEVELS, QUALITIES, Content, PacketCoder
from gan_audio_compression.codec.live.packet_format import PacketFormat


def content(seed: int, latents: int, spread: float = 1.0) -> Content:
    draw = np.random.default_rng(seed)
    symbols = np.round(draw.normal(scale=spread, size=(latents, 8))).astype(np.int64)
    return Content(
        int(draw.integers(LEVELS.counts.shape[1])),
        int(draw.integers(QUALITIES)),
        symbols.clip(-63, 63),
    )


@given(seed=st.integers(0, 99), spread=st.sampled_from([0.0, 0.5, 2.0]), before=st.integers(0, 4))
def test_contents_come_back(live_model: LiveModel, seed: int, spread: float, before: int) -> None:
    form = PacketFormat(size=32, check_bits=8)
    coder = PacketCoder(live_model.prior, form)
    sent, past = content(seed, 2, spread), content(seed + 100, before).symbols
    packet = coder.encode(sent, past)
    if packet is None:
        [bits] = coder.lengths(sent.symbols[None], np.array([sent.quality]), past)
        assert bits > coder.room(sent.level) - 8
        return
    assert len(packet) == form.size
    got = coder.decode(packet, past)
    assert (got.level, got.quality) == (sent.level, sent.quality)
    np.testing.assert_array_equal(got.symbols, sent.symbols)


def test_what_fits_is_within_a_bit_of_the_room(live_model: LiveModel) -> None:
    coder = PacketCoder(live_model.prior, PacketFormat(size=20))
    nothing = np.zeros((0, 8), np.int64)
    for seed in range(200):
        sent = content(seed, 2, 0.2 + seed / 50)
        bits = coder.lengths(sent.symbols[None], np.array([sent.quality]), nothing)[0]
        if coder.encode(sent, nothing) is None:
            assert bits > coder.room(sent.level) - 1
        else:
            assert bits <= coder.room(sent.level)


def test_every_damaged_bit_is_known(live_model: LiveModel) -> None:
    coder = PacketCoder(live_model.prior, PacketFormat(size=32, check_bits=8))
    nothing = np.zeros((0, 8), np.int64)
    packet = coder.encode(content(0, 2, 0.5), nothing)
    assert packet is not None
    for bit in range(8 * len(packet)):
        damaged = bytearray(packet)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(PacketError, match="checksum"):
            coder.decode(bytes(damaged), nothing)


@given(data=st.binary(min_size=20, max_size=20))
def test_any_bytes_are_a_packet_or_an_error(live_model: LiveModel, data: bytes) -> None:
    coder = PacketCoder(live_model.prior, PacketFormat(size=20))
    try:
        got = coder.decode(data, np.zeros((0, 8), np.int64))
    except PacketError:
        return
    assert np.abs(got.symbols).max() <= 63


@pytest.mark.parametrize("size", [0, 19, 21])
def test_a_packet_of_another_size_is_refused(live_model: LiveModel, size: int) -> None:
    coder = PacketCoder(live_model.prior, PacketFormat(size=20))
    with pytest.raises(PacketError, match=f"a packet has {size} bytes, not 20;"):
        coder.decode(bytes(size), np.zeros((0, 8), np.int64))
