"""Files that are joined, and what is no audio before, between and behind them."""

import numpy as np
import pytest

from tests.recordings import APE, ID3V1, ID3V2, file_of, read, tone

FIRST, SECOND = tone(2.0), tone(1.5, frequency=700)
FORMATS = [
    ("WAV", "PCM_16"),
    ("WAV", "IMA_ADPCM"),
    ("RF64", "PCM_16"),
    ("W64", "PCM_16"),
    ("AIFF", "PCM_16"),
    ("CAF", "PCM_16"),
    ("CAF", "ALAC_16"),
    ("AU", "PCM_16"),
    ("NIST", "PCM_16"),
    ("FLAC", "PCM_16"),
    ("OGG", "VORBIS"),
    ("OGG", "OPUS"),
    ("MP3", "MPEG_LAYER_III"),
]
EVERY_FORMAT = pytest.mark.parametrize(("container", "subtype"), FORMATS)


def headerless_mp3(seconds: float) -> bytes:
    """An MP3 that does not say how many frames it has, as hardware records it."""
    data = file_of(tone(seconds), "MP3")
    return data.replace(b"Xing", bytes(4)).replace(b"Info", bytes(4))


@EVERY_FORMAT
def test_joined_files_are_read_one_after_the_other(container: str, subtype: str) -> None:
    first, second = (file_of(wave, container, subtype) for wave in (FIRST, SECOND))
    alone = [read(first).samples, read(second).samples]
    tagged = ID3V2 + first + APE + ID3V1 + ID3V2 + bytes(1000) + second + ID3V1
    for joined in (first + second, tagged):
        both = read(joined)
        np.testing.assert_array_equal(both.samples, np.concatenate(alone))
        assert both.is_whole


@EVERY_FORMAT
@pytest.mark.parametrize(
    ("before", "behind"),
    [(ID3V2, b""), (b"", ID3V1), (b"", APE + ID3V1), (b"", bytes(5000)), (b"", b"odd")],
    ids=["ID3v2", "ID3v1", "APE", "padding", "odd bytes"],
)
def test_tags_and_padding_are_no_audio(
    container: str, subtype: str, before: bytes, behind: bytes
) -> None:
    data = file_of(FIRST, container, subtype)
    tagged = read(before + data + behind)
    np.testing.assert_array_equal(tagged.samples, read(data).samples)
    assert tagged.is_whole


@pytest.mark.parametrize("behind", [b"unknown" * 3000, bytes(range(1, 256)) * 100])
@EVERY_FORMAT
def test_what_follows_and_is_unknown_is_told(container: str, subtype: str, behind: bytes) -> None:
    data = file_of(FIRST, container, subtype)
    longer = read(data + behind)
    np.testing.assert_array_equal(longer.samples, read(data).samples)
    # Nothing tells where FLAC ends, but that no more of it can be decoded.
    expected = f"Left out after 2.0 s: {len(behind)} bytes that are no known audio."
    assert longer.messages == ([] if container == "FLAC" else [expected])


def test_different_formats_are_joined() -> None:
    files = [file_of(FIRST, "OGG", "OPUS"), file_of(SECOND, "AIFF"), file_of(FIRST, "MP3")]
    expected = np.concatenate([read(file).samples for file in files])
    np.testing.assert_array_equal(read(b"".join(files)).samples, expected)


def test_numbers_of_channels_may_differ() -> None:
    stereo = file_of(np.column_stack([SECOND, SECOND]))
    both = read(file_of(FIRST) + stereo)
    assert len(both.samples) == len(FIRST) + len(SECOND)
    assert both.is_whole


@EVERY_FORMAT
def test_another_sampling_rate_is_left_out(container: str, subtype: str) -> None:
    first, slow = file_of(FIRST, container, subtype), file_of(SECOND, container, subtype, 48_000)
    both = read(first + slow + first)
    alone = read(first).samples
    np.testing.assert_array_equal(both.samples, np.concatenate([alone, alone]))
    seconds = len(read(slow).samples) / 48_000
    assert both.messages == [f"Left out after 2.0 s: a recording of {seconds:.1f} s at 48000 Hz."]


def test_a_recording_that_cannot_be_decoded_is_left_out() -> None:
    strange = bytearray(file_of(SECOND))
    strange[20:22] = b"\x99\x99"
    both = read(file_of(FIRST) + bytes(strange))
    assert len(both.samples) == len(FIRST)
    assert both.messages == ["Left out after 2.0 s: a recording that cannot be decoded."]


@pytest.mark.parametrize(("container", "subtype"), FORMATS[-4:])
def test_a_file_is_found_behind_one_that_is_cut(container: str, subtype: str) -> None:
    first, second = (file_of(wave, container, subtype) for wave in (FIRST, SECOND))
    cut = first[: len(first) * 3 // 4]
    both, alone = read(cut + second), [read(cut), read(second)]
    np.testing.assert_array_equal(both.samples, np.concatenate([one.samples for one in alone]))
    assert both.messages == alone[0].messages


def test_mp3_without_a_length_is_joined() -> None:
    said, headerless = file_of(FIRST, "MP3"), headerless_mp3(1.5)
    frames = len(read(headerless).samples)
    assert len(read(said + headerless).samples) == len(FIRST) + frames
    assert len(read(headerless + said).samples) == len(FIRST) + frames
    slow = file_of(SECOND, "MP3", rate=48_000).replace(b"Info", bytes(4))
    assert len(read(headerless + slow).samples) == frames


def test_many_losses_are_told_in_few_sentences() -> None:
    slow = file_of(SECOND[:100], rate=8000)
    assert len(read(file_of(FIRST) + 30 * slow).messages) == 10
