"""Packets that were made once decode for ever, those after a loss too."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from gan_audio_compression.codec.live.decoder import LiveDecoder
from gan_audio_compression.codec.live.packet_format import PacketFormat
from gan_audio_compression.codec.live.shipped import open_live_model
from gan_audio_compression.codec.live.waiting import with_following

FILES = sorted((Path(__file__).parent / "live").glob("*.packets"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_sound_is_the_same_within_a_thousandth(path: Path) -> None:
    told = json.loads(path.with_suffix(".json").read_text())
    form, data = PacketFormat(**told["form"]), path.read_bytes()
    packets = [data[start : start + form.size] for start in range(0, len(data), form.size)]
    decoder = LiveDecoder(open_live_model(), form)
    last = told["lost"] - 1
    came = (p if place % told["lost"] != last else None for place, p in enumerate(packets))
    heard = [decoder.push(*pair) for pair in with_following(came, told["waits"])]
    expected, _ = soundfile.read(path.with_suffix(".flac"), dtype="float32")
    assert np.abs(np.concatenate(heard) - expected).max() < 1e-3


def test_there_are_golden_packets() -> None:
    assert len(FILES) >= 3
