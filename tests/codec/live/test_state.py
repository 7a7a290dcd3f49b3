"""A stream that is saved and gone on with elsewhere is the same stream."""

import numpy as np
import pytest
from safetensors.numpy import load

from gan_audio_compression.codec.live.decoder import LiveDecoder
from gan_audio_compression.codec.live.encoder import LiveEncoder
from gan_audio_compression.codec.live.errors import LiveStateError
from gan_audio_compression.codec.live.model import LiveModel
from gan_audio_compression.codec.live.packet_format import PacketFormat
from tests.conftest import voice

SPEECH = np.concatenate([voice(25_600), np.zeros(12_800, np.float32), voice(12_800)])
GROUPS, DTX = (PacketFormat(group=2), False), (PacketFormat(), True)


@pytest.mark.parametrize("cut", [1, 7_001, 30_000])
@pytest.mark.parametrize(("form", "dtx"), [GROUPS, DTX])
def test_an_encoder_goes_on(live_model: LiveModel, form: PacketFormat, dtx: bool, cut: int) -> None:
    at_once = LiveEncoder(live_model, form, dtx=dtx).push(SPEECH)
    first = LiveEncoder(live_model, form, dtx=dtx)
    packets = first.push(SPEECH[:cut])
    second = LiveEncoder.resumed(live_model, first.state())
    assert packets + second.push(SPEECH[cut:]) == at_once


@pytest.mark.parametrize("cut", [1, 11, 12, 25])
@pytest.mark.parametrize(("form", "dtx"), [GROUPS, DTX])
def test_a_decoder_goes_on(live_model: LiveModel, form: PacketFormat, dtx: bool, cut: int) -> None:
    packets = [packet or None for packet in LiveEncoder(live_model, form, dtx=dtx).push(SPEECH)]
    packets[10] = None
    whole = LiveDecoder(live_model, form)
    at_once = [whole.push(packet) for packet in packets]
    first = LiveDecoder(live_model, form)
    samples = [first.push(packet) for packet in packets[:cut]]
    second = LiveDecoder.resumed(live_model, first.state())
    samples += [second.push(packet) for packet in packets[cut:]]
    np.testing.assert_array_equal(np.concatenate(samples), np.concatenate(at_once))
    assert second.lost == whole.lost


def test_a_receiver_keeps_nothing_in_double_precision_but_noise(live_model: LiveModel) -> None:
    decoder = LiveDecoder(live_model, PacketFormat())
    for packet in LiveEncoder(live_model, PacketFormat()).push(SPEECH):
        decoder.push(packet)
    doubles = {name for name, array in load(decoder.state()).items() if array.dtype == np.float64}
    assert doubles == {"noise"}


def test_a_state_of_another_model_is_refused(live_model: LiveModel) -> None:
    other = live_model.changed(lambda name, weight: 2 * weight if "." in name else weight)
    state = LiveEncoder(other, PacketFormat()).state()
    with pytest.raises(LiveStateError, match="the state is of the model"):
        LiveEncoder.resumed(live_model, state)
    with pytest.raises(LiveStateError, match="the state is of the kind 'encoder', not of"):
        LiveDecoder.resumed(other, state)


def test_what_is_no_state_is_refused(live_model: LiveModel) -> None:
    with pytest.raises(LiveStateError, match="the state is none that this program saves"):
        LiveDecoder.resumed(live_model, b"something else")
