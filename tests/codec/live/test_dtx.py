"""Pauses cost two bytes every half second, and sound as loud as they were."""

import numpy as np
import pytest

from gan_audio_compression.codec.live.decoder import LiveDecoder
from gan_audio_compression.codec.live.encoder import LiveEncoder
from gan_audio_compression.codec.live.errors import LiveFormatError
from gan_audio_compression.codec.live.model import LiveModel
from gan_audio_compression.codec.live.noise_packet import noise_of, noise_packet
from gan_audio_compression.codec.live.packet_format import PacketFormat
from gan_audio_compression.signal.spec import FLOOR
from tests.conftest import voice

SECONDS = 16_000


def noise(seconds: int, level_db: float) -> np.ndarray:
    white = np.random.default_rng(1).standard_normal(seconds * SECONDS)
    return (10 ** (level_db / 20) * white).astype(np.float32)


@pytest.mark.parametrize("packet_ms", [40, 80, 120])
def test_silence_costs_two_bytes_every_half_second(live_model: LiveModel, packet_ms: int) -> None:
    form = PacketFormat.of_bitrate(2000, packet_ms)
    packets = LiveEncoder(live_model, form, dtx=True).push(np.zeros(10 * SECONDS, np.float32))
    assert {len(packet) for packet in packets} == {0, 2}
    assert sum(map(len, packets)) <= 2 * 21


@pytest.mark.parametrize("level_db", [-70, -50, -30])
def test_noise_comes_back_as_loud(live_model: LiveModel, level_db: float) -> None:
    packets = LiveEncoder(live_model, PacketFormat(), dtx=True).push(noise(6, level_db))
    assert {len(packet) for packet in packets[40:]} == {0, 2}
    decoder = LiveDecoder(live_model, PacketFormat())
    heard = np.concatenate([decoder.push(packet or None) for packet in packets[40:]])
    level = 10 * np.log10(np.square(heard[4000:]).mean())
    assert level == pytest.approx(level_db, abs=3)


def test_speech_is_sent(live_model: LiveModel) -> None:
    line = noise(8, -60)
    line[4 * SECONDS : 6 * SECONDS] += 10 * voice(2 * SECONDS)
    packets = LiveEncoder(live_model, PacketFormat(), dtx=True).push(line)
    spoken = [len(packet) == 20 for packet in packets[50:75]]
    assert all(spoken)
    assert not any(len(packet) == 20 for packet in packets[85:])


def test_a_noise_packet_has_level_and_colour() -> None:
    bands = np.linspace(0, 1, 128)
    for mean, tilt in ((7, 0), (0, -2), (-5, 2)):
        wanted = mean + tilt * np.cos(np.pi * bands)
        np.testing.assert_allclose(noise_of(noise_packet(wanted)), wanted, atol=0.6)
    assert np.isneginf(noise_of(noise_packet(np.full(128, FLOOR)))).all()


def test_groups_have_no_pauses(live_model: LiveModel) -> None:
    with pytest.raises(LiveFormatError, match="use a group of 1 with dtx"):
        LiveEncoder(live_model, PacketFormat(group=2), dtx=True)
