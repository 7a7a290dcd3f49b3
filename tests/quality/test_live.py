"""The live codec that ships: how it sounds, and what a loss does."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gan_audio_compression.codec.live.decoder import LiveDecoder
from gan_audio_compression.codec.live.encoder import LiveEncoder
from gan_audio_compression.codec.live.model import LiveModel
from gan_audio_compression.codec.live.packet_format import PacketFormat
from gan_audio_compression.codec.live.shipped import open_live_model
from gan_audio_compression.evaluation.pesq_measures import NarrowBandPesq

FORM = PacketFormat()
LOST = (6, 14, 15, 27)

Wave = NDArray[np.float32]


@pytest.fixture(scope="module")
def model() -> LiveModel:
    return open_live_model()


@pytest.fixture(scope="module")
def packets(model: LiveModel, sentence: Wave) -> list[bytes | None]:
    encoder = LiveEncoder(model, FORM)
    return [*encoder.push(sentence), *encoder.finish()]


def heard(model: LiveModel, packets: list[bytes | None], length: int) -> Wave:
    decoder = LiveDecoder(model, FORM)
    speech = np.concatenate([decoder.push(packet) for packet in packets] + [decoder.finish()])
    late = 16 * decoder.delay_ms
    return speech[late : late + length]


def narrow_band(reference: Wave, decoded: Wave) -> float:
    return NarrowBandPesq().score(reference, decoded)["pesq_nb"]


def test_it_sounds_good_and_losses_cost_little(
    model: LiveModel, packets: list[bytes | None], sentence: Wave
) -> None:
    clean = heard(model, packets, len(sentence))
    assert narrow_band(sentence, clean) > 3.3
    lossy: list[bytes | None] = [p if i not in LOST else None for i, p in enumerate(packets)]
    assert narrow_band(sentence, heard(model, lossy, len(sentence))) > 2.2


def test_what_fills_a_loss_is_no_louder_than_its_neighbours(
    model: LiveModel, packets: list[bytes | None], sentence: Wave
) -> None:
    lossy: list[bytes | None] = [p if i not in LOST else None for i, p in enumerate(packets)]
    speech = heard(model, lossy, len(sentence))
    for place in LOST:
        own = slice(FORM.samples * place, FORM.samples * (place + 2))
        near = slice(FORM.samples * (place - 3), FORM.samples * (place + 5))
        assert np.abs(speech[own]).max() < 2 * np.abs(sentence[near]).max()


def test_speech_heals_after_a_loss(
    model: LiveModel, packets: list[bytes | None], sentence: Wave
) -> None:
    """Two packets later the level in bands of time is that of speech that lost nothing."""
    clean = heard(model, packets, len(sentence))
    lossy = [*packets[:14], None, *packets[15:]]
    after = slice(FORM.samples * 17, FORM.samples * 22)
    loss = heard(model, lossy, len(sentence))[after].reshape(-1, 320)
    powers = (np.square(wave).mean(1) for wave in (loss, clean[after].reshape(-1, 320)))
    levels = [10 * np.log10(power + 1e-6) for power in powers]
    assert np.abs(levels[0] - levels[1]).mean() < 2


def test_packets_are_of_one_size_where_speech_hardly_fits(model: LiveModel, sentence: Wave) -> None:
    """What came before may make even zeros too long for a packet of four bytes."""
    form = PacketFormat.of_bitrate(800, packet_ms=40, group=3)
    packets = LiveEncoder(model, form, ahead_ms=16).push(sentence)
    assert {len(packet) for packet in packets} == {4}
    decoder = LiveDecoder(model, form)
    for packet in packets[:30]:
        decoder.push(packet)
    assert not decoder.lost
