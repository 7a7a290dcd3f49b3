"""The receiver: as many samples as the packets have, and what is lost is filled and heals."""

import numpy as np
import pytest

from gan_audio_compression.codec.live.decoder import LiveDecoder
from gan_audio_compression.codec.live.encoder import LiveEncoder
from gan_audio_compression.codec.live.errors import PacketError
from gan_audio_compression.codec.live.model import LiveModel
from gan_audio_compression.codec.live.packet_format import PacketFormat
from tests.conftest import voice

SPEECH = voice(25_600)


def decoded(decoder: LiveDecoder, packets: list[bytes | None]) -> np.ndarray:
    return np.concatenate([decoder.push(packet) for packet in packets])


def packets_of(model: LiveModel, form: PacketFormat) -> list[bytes | None]:
    return [*LiveEncoder(model, form).push(SPEECH)]


def test_each_packet_gives_its_samples(live_model: LiveModel) -> None:
    form = PacketFormat()
    decoder = LiveDecoder(live_model, form)
    for packet in [*packets_of(live_model, form), None]:
        samples = decoder.push(packet)
        assert samples.shape == (form.samples,)
        assert samples.dtype == np.float32
        assert np.isfinite(samples).all()


@pytest.mark.parametrize("packet_ms", [40, 120])
@pytest.mark.parametrize("held_ms", [8, 40, 80, 120])
def test_however_long_sound_is_held_all_of_it_comes(
    live_model: LiveModel, packet_ms: int, held_ms: int
) -> None:
    form = PacketFormat.of_bitrate(2000, packet_ms)
    decoder = LiveDecoder(live_model, form, held_ms)
    packets = packets_of(live_model, form)
    assert {len(decoder.push(packet)) for packet in packets} == {form.samples}
    assert len(decoder.finish()) == 16 * decoder.delay_ms


@pytest.mark.parametrize(("group", "lost"), [(1, 1), (2, 2), (3, 3)])
def test_a_lost_packet_takes_the_rest_of_its_group(
    live_model: LiveModel, group: int, lost: int
) -> None:
    form = PacketFormat(group=group)
    packets = packets_of(live_model, form)[:12]
    packets[6] = None
    decoder = LiveDecoder(live_model, form)
    decoded(decoder, packets)
    assert decoder.lost == lost


def test_a_long_loss_fades_to_silence(live_model: LiveModel) -> None:
    form = PacketFormat()
    decoder = LiveDecoder(live_model, form)
    speech = decoded(decoder, packets_of(live_model, form)[:8])
    faded = decoded(decoder, [None] * 8)[-1280:]
    assert np.abs(faded).max() < 0.01 * np.abs(speech).max()


def test_a_damaged_packet_counts_as_lost(live_model: LiveModel) -> None:
    form = PacketFormat(check_bits=8)
    packets = packets_of(live_model, form)[:6]
    missing = decoded(LiveDecoder(live_model, form), [*packets[:3], None, *packets[4:]])
    packet = packets[3]
    assert packet is not None
    damaged = bytes([packet[0] ^ 1]) + packet[1:]
    decoder = LiveDecoder(live_model, form)
    np.testing.assert_array_equal(decoded(decoder, [*packets[:3], damaged, *packets[4:]]), missing)
    assert decoder.lost == 1


def test_a_packet_of_another_size_is_refused(live_model: LiveModel) -> None:
    with pytest.raises(PacketError, match="a packet has 3 bytes, not 20"):
        LiveDecoder(live_model, PacketFormat()).push(b"abc")
