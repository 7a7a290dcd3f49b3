"""The receiver: as many samples as the packets have, and what is lost is filled and heals."""

import numpy as np
import pytest

from gan_audio_compression.codec.live.decoder import LiveDecoder
from gan_audio_compression.codec.live.encoder import LiveEncoder
from gan_audio_compression.codec.live.errors import PacketError
from gan_audio_compression.codec.live.model import LiveModel
from gan_audio_compression.codec.live.packet_format import PacketFormat
from gan_audio_compression.codec.live.shipped import open_live_model
from gan_audio_compression.signal.analysis import log_mel_of, short_time_spectrum
from gan_audio_compression.signal.loudness import to_loudness
from gan_audio_compression.signal.spec import FFT_SIZE
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
@pytest.mark.parametrize("repair_ms", [0, 8, 40, 80, 120])
def test_however_long_speech_waits_all_of_it_comes(
    live_model: LiveModel, packet_ms: int, repair_ms: int
) -> None:
    form = PacketFormat.of_bitrate(2000, packet_ms)
    decoder = LiveDecoder(live_model, form, repair_ms)
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


def test_what_waits_of_a_loss_is_filled_again_by_what_comes(live_model: LiveModel) -> None:
    form = PacketFormat()
    packets = packets_of(live_model, form)
    others = [*LiveEncoder(live_model, form).push(SPEECH[::-1].copy())]
    heard = []
    for following in (packets[5], others[9]):
        decoder = LiveDecoder(live_model, form, repair_ms=48)
        speech = decoded(decoder, [*packets[:4], None, following])
        heard.append(speech[16 * decoder.delay_ms :][4 * form.samples : 5 * form.samples])
    # The synthesis sees a window beyond what waits.
    told = form.samples - 16 * 48 - FFT_SIZE
    np.testing.assert_array_equal(heard[0][:told], heard[1][:told])
    waited = slice(form.samples - 16 * 48, form.samples - FFT_SIZE)
    assert np.abs(heard[0] - heard[1])[waited].max() > 0.05 * np.abs(heard[0]).max()


def test_a_loss_before_a_pause_or_the_end_is_not_filled_again(live_model: LiveModel) -> None:
    packets = packets_of(live_model, PacketFormat())[:4]
    decoder = LiveDecoder(live_model, PacketFormat())
    speech = decoded(decoder, [*packets, None, b"\x40\x00", None, packets[0]])
    assert len(speech) == 8 * 1280 and np.isfinite(speech).all()
    decoder.push(None)
    assert len(decoder.finish()) == 16 * decoder.delay_ms


def test_what_is_filled_again_is_nearer_to_what_was_lost(
    sentence: np.ndarray,
) -> None:
    """The error of what is filled, to what the same packets give if none is lost."""
    form, model = PacketFormat(), open_live_model()
    packets: list[bytes | None] = [*LiveEncoder(model, form).push(sentence)]
    came = [None if place % 5 == 4 else packet for place, packet in enumerate(packets)]
    errors = []
    for repair_ms in (0, 48):
        decoders = LiveDecoder(model, form, repair_ms), LiveDecoder(model, form, repair_ms)
        late = 16 * decoders[0].delay_ms
        mels = [
            to_loudness(log_mel_of(np.abs(short_time_spectrum(decoded(decoder, given)[late:]))))
            for decoder, given in zip(decoders, (packets, came), strict=True)
        ]
        lost = np.arange(len(mels[0])) // form.frames % 5 == 4
        errors.append(np.square(mels[0] - mels[1])[lost].mean())
    assert errors[1] < 0.8 * errors[0]


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
