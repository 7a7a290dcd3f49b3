"""Compressed audio that is cut or damaged: what is there is read, the rest is told."""

import io

import numpy as np
import pytest

from gan_audio_compression.audio.errors import EmptyAudioError, UnreadableAudioError
from gan_audio_compression.audio.reader import AudioReader
from tests.recordings import RATE, file_of, read, tone

WAVE = tone(6.0)
ENDS = "The file ends before its audio does: it is cut."


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
@pytest.mark.parametrize("share", [0.5, 0.9, 0.999])
def test_ogg(subtype: str, share: float) -> None:
    data = file_of(WAVE, "OGG", subtype)
    cut = read(data[: round(share * len(data))])
    assert 0 < len(cut.samples) < len(WAVE)
    assert cut.messages == [ENDS]


def test_ogg_between_two_pages() -> None:
    data = file_of(WAVE, "OGG", "VORBIS")
    assert read(data[: data.rindex(b"OggS")]).messages == [ENDS]


def test_flac_to_the_last_frame() -> None:
    data = file_of(WAVE, "FLAC")
    cut = read(data[: len(data) // 2])
    # Frames of 4096 samples.
    assert len(cut.samples) % 4096 == 0
    assert len(cut.samples) == pytest.approx(3 * RATE, abs=4096)
    np.testing.assert_array_equal(cut.samples, read(data).samples[: len(cut.samples)])
    assert cut.messages == [
        f"The file says 6.0 s, but {len(cut.samples) / RATE:.1f} s were there: it is cut."
    ]


def test_flac_of_unknown_length() -> None:
    data = bytearray(file_of(WAVE, "FLAC"))
    data[21] &= 0xF0
    data[22:26] = bytes(4)
    (message,) = read(bytes(data[: len(data) // 2])).messages
    assert message.startswith("Left out after ")
    assert message.endswith(" s: the rest, which is damaged.")


def test_flac_that_is_damaged_within() -> None:
    data = bytearray(file_of(WAVE, "FLAC"))
    at = len(data) // 2
    data[at : at + 100] = bytes(100)
    damaged = read(bytes(data))
    assert len(damaged.samples) == pytest.approx(3 * RATE, abs=4096)
    assert not damaged.is_whole


def test_mp3() -> None:
    data = file_of(WAVE, "MP3")
    (message,) = read(data[: len(data) // 2]).messages
    assert message.startswith("The file says 6.0 s, but ")


def test_mp3_without_a_length() -> None:
    data = file_of(WAVE, "MP3").replace(b"Xing", bytes(4)).replace(b"Info", bytes(4))
    assert read(data).is_whole
    assert read(data[: len(data) // 2 - 50]).messages == [ENDS]


def test_damage_from_the_beginning_is_unreadable() -> None:
    data = bytearray(file_of(WAVE, "FLAC"))
    data[42:] = np.random.default_rng(0).bytes(len(data) - 42)
    with pytest.raises(UnreadableAudioError), AudioReader(io.BytesIO(bytes(data))) as reader:
        list(reader.blocks())


def test_what_is_cut_before_its_samples_is_told(caplog: pytest.LogCaptureFixture) -> None:
    data = file_of(WAVE, "OGG", "VORBIS")
    pages = data.split(b"OggS")
    header = b"OggS".join(pages[:3])
    with pytest.raises(EmptyAudioError), AudioReader(io.BytesIO(header)) as reader:
        list(reader.blocks())
    assert caplog.messages == [ENDS]
