"""Packets that were made once decode for ever, those after a loss too.

What they hold is the same to the bit. The sound is so within rounding for the first packet; then
another machine's rounding leads Griffin-Lim to other phases, which sound the same.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from gan_audio_compression.codec.live.decoder import LiveDecoder
from gan_audio_compression.codec.live.packet_format import PacketFormat
from gan_audio_compression.codec.live.shipped import open_live_model
from gan_audio_compression.signal.analysis import log_mel_of, short_time_spectrum
from scripts.make_live_golden import contents_digest

FILES = sorted((Path(__file__).parent / "live").glob("*.packets"))
Golden = tuple[PacketFormat, list[bytes], dict[str, Any]]

LOUD_NEPERS = 7


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


@pytest.fixture
def golden(path: Path) -> Golden:
    told, data = json.loads(path.with_suffix(".json").read_text()), path.read_bytes()
    form = PacketFormat(**told["form"])
    return form, [data[at : at + form.size] for at in range(0, len(data), form.size)], told


def test_what_packets_hold_is_the_same_to_the_bit(golden: Golden) -> None:
    form, packets, told = golden
    assert contents_digest(open_live_model(), form, packets) == told["contents"]


def test_the_sound_is_the_same_but_for_phases(path: Path, golden: Golden) -> None:
    form, packets, told = golden
    decoder = LiveDecoder(open_live_model(), form)
    came = (p if at % told["lost"] else None for at, p in enumerate(packets, 1))
    heard = np.concatenate([decoder.push(packet) for packet in came])
    expected, _ = soundfile.read(path.with_suffix(".flac"), dtype="float32")
    first = slice(form.samples)
    assert np.abs(heard[first] - expected[first]).max() < 1e-3
    assert abs(20 * np.log10(heard.std() / expected.std())) < 0.1
    mel, wanted = (log_mel_of(np.abs(short_time_spectrum(wave))) for wave in (heard, expected))
    loud = wanted > wanted.max() - LOUD_NEPERS
    assert np.abs(mel - wanted)[loud].mean() < 0.2


def test_there_are_golden_packets() -> None:
    assert len(FILES) >= 3
