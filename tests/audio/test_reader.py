"""Any audio is read as mono blocks, from files and from pipes, live where that is possible."""

import contextlib
import io
import logging
import os
import struct
import threading
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import pytest
import soundfile as sf
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gan_audio_compression.audio.errors import (
    AudioError,
    EmptyAudioError,
    NotFiniteAudioError,
    UnreadableAudioError,
    UnsupportedRateError,
)
from gan_audio_compression.audio.reader import AudioReader

RATE = 16_000
TONE = 0.5 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)
EVERY_FORMAT = [
    ("WAV", "PCM_U8", 2**-7),
    ("WAV", "PCM_16", 2**-15),
    ("WAV", "PCM_24", 2**-22),
    ("WAV", "PCM_32", 2**-22),
    ("WAV", "FLOAT", 2**-22),
    ("WAV", "DOUBLE", 2**-22),
    ("WAV", "ULAW", 0.02),
    ("WAV", "IMA_ADPCM", 0.05),
    ("WAVEX", "PCM_24", 2**-22),
    ("RF64", "PCM_16", 2**-15),
    ("W64", "PCM_16", 2**-15),
    ("CAF", "PCM_16", 2**-15),
    ("NIST", "PCM_16", 2**-15),
    ("AIFF", "PCM_16", 2**-15),
    ("AU", "FLOAT", 2**-22),
    ("FLAC", "PCM_24", 2**-22),
    ("OGG", "VORBIS", 0.05),
    ("OGG", "OPUS", 0.1),
    ("MP3", "MPEG_LAYER_III", 0.1),
]


def file_of(
    wave: NDArray[np.float64], container: str = "WAV", subtype: str = "PCM_16", rate: int = RATE
) -> bytes:
    buffer = io.BytesIO()
    sf.write(buffer, wave, rate, format=container, subtype=subtype)
    return buffer.getvalue()


def wav_of_length(data_length: int, pcm: bytes) -> bytes:
    header = struct.pack("<IHHIIHH", 16, 1, 1, RATE, 2 * RATE, 2, 16)
    return b"RIFF\xff\xff\xff\xffWAVEfmt " + header + b"data" + struct.pack("<I", data_length) + pcm


def pcm_of(wave: NDArray[np.float64]) -> bytes:
    return (wave * 32768).astype("<i2").tobytes()


@contextlib.contextmanager
def piped(data: bytes) -> Iterator[BinaryIO]:
    """The reading end of a pipe into which a thread writes `data`, then closes it."""
    read_end, write_end = os.pipe()

    def write() -> None:
        with contextlib.suppress(BrokenPipeError), open(write_end, "wb") as file:
            file.write(data)

    thread = threading.Thread(target=write)
    thread.start()
    with open(read_end, "rb") as file:
        yield file
    thread.join(timeout=10)
    assert not thread.is_alive()


def read(file: BinaryIO) -> NDArray[np.float32]:
    with AudioReader(file) as reader:
        return np.concatenate(list(reader.blocks()))


def matches(wave: NDArray[np.float32], tolerance: float) -> bool:
    # Transform codecs are at their worst at the ends.
    return wave.shape == TONE.shape and np.abs(wave - TONE)[1500:-1500].max() <= tolerance


@pytest.mark.parametrize(("container", "subtype", "tolerance"), EVERY_FORMAT)
@pytest.mark.parametrize("channels", [1, 2])
def test_every_format_from_a_file_and_from_a_pipe(
    container: str, subtype: str, tolerance: float, channels: int
) -> None:
    data = file_of(np.column_stack([TONE] * channels), container, subtype)
    # ADPCM comes in whole packets.
    data_read = read(io.BytesIO(data))
    from_file = data_read[: len(TONE)] if subtype == "IMA_ADPCM" else data_read
    assert from_file.dtype == np.float32
    assert matches(from_file, tolerance)
    with piped(data) as pipe:
        np.testing.assert_array_equal(read(pipe), data_read)


@pytest.mark.parametrize("rate", [8000, 96_000])
def test_rate_and_channels_are_told_and_channels_averaged(rate: int) -> None:
    data = file_of(np.column_stack([TONE, 0 * TONE, -0.5 * TONE]), rate=rate)
    with AudioReader(io.BytesIO(data)) as reader:
        assert (reader.sample_rate, reader.channels, reader.rewindable) == (rate, 3, True)
        np.testing.assert_allclose(next(reader.blocks()), TONE / 6, atol=2**-15)


@pytest.mark.parametrize("container", ["WAV", "FLAC", "MP3"])
def test_a_file_is_read_again_from_the_start_in_short_blocks(container: str) -> None:
    data = file_of(np.tile(TONE, 10), container, sf.default_subtype(container))
    with AudioReader(io.BytesIO(data)) as reader:
        first = list(reader.blocks())
        next(reader.blocks())
        second = list(reader.blocks())
    assert max(map(len, first)) <= 65_536
    assert sum(map(len, first)) == 10 * RATE
    np.testing.assert_allclose(np.concatenate(first), np.concatenate(second), atol=1e-6)


@pytest.mark.parametrize(
    "length", [0, 0x7FFF_F000, 0x7FFF_FFDB, 0x7FFF_FFFF, 0x8000_0000, 2**32 - 1]
)
def test_wav_of_unknown_length_is_read_to_the_end_of_the_pipe(length: int) -> None:
    with piped(wav_of_length(length, pcm_of(TONE))) as pipe:
        assert matches(read(pipe), 2**-15)


def test_wav_of_known_length_ends_before_the_chunks_that_follow() -> None:
    pcm = pcm_of(TONE)
    with piped(wav_of_length(len(pcm), pcm) + b"LIST\x04\0\0\0INFO") as pipe:
        assert len(read(pipe)) == RATE


def test_wav_with_chunks_before_the_samples() -> None:
    data = wav_of_length(2**32 - 1, pcm_of(TONE))
    tags = b"LIST" + struct.pack("<I", 5) + b"INFOx\0"
    with piped(data[:12] + tags + data[12:36] + tags + data[36:]) as pipe:
        assert matches(read(pipe), 2**-15)


def test_live_wav_comes_as_soon_as_it_is_there() -> None:
    quarter = pcm_of(TONE)[: 2 * RATE // 4]
    read_end, write_end = os.pipe()
    with open(read_end, "rb") as pipe, open(write_end, "wb", buffering=0) as writer:
        writer.write(wav_of_length(0, b""))
        with AudioReader(pipe) as reader:
            assert not reader.rewindable
            blocks = reader.blocks()
            for _ in range(3):
                # Nothing more is written until this has come back.
                writer.write(quarter)
                frames = 0
                while frames < RATE // 4:
                    frames += len(next(blocks))
            writer.close()
            assert list(blocks) == []


def test_a_writer_that_dies_within_a_frame_ends_the_stream() -> None:
    with piped(wav_of_length(10**6, pcm_of(TONE) + b"x")) as pipe:
        assert matches(read(pipe), 2**-15)


def test_closing_early_leaves_nothing_behind() -> None:
    threads = threading.active_count()
    read_end, write_end = os.pipe()
    with open(read_end, "rb") as pipe, open(write_end, "wb", buffering=0) as writer:
        writer.write(wav_of_length(0, pcm_of(TONE)))
        with AudioReader(pipe) as reader:
            assert len(next(reader.blocks())) == RATE // 8
        assert threading.active_count() == threads
        assert not pipe.closed


def test_a_pipe_of_flac_is_kept_and_can_be_read_twice() -> None:
    with piped(file_of(TONE, "FLAC")) as pipe, AudioReader(pipe) as reader:
        assert reader.rewindable
        for _ in range(2):
            assert sum(map(len, reader.blocks())) == RATE


def test_flac_of_unknown_length() -> None:
    data = bytearray(file_of(TONE, "FLAC"))
    data[21] &= 0xF0  # the 36 bits of the number of samples in STREAMINFO
    data[22:26] = bytes(4)
    with AudioReader(io.BytesIO(bytes(data))) as reader:
        for _ in range(2):
            assert sum(map(len, reader.blocks())) == RATE


@pytest.mark.parametrize("from_pipe", [False, True])
def test_what_is_no_audio_is_unreadable(from_pipe: bool) -> None:
    for data in [b"", b"RIFF", b"no audio at all " * 99, file_of(TONE)[:30]]:
        with (
            piped(data) if from_pipe else io.BytesIO(data) as file,
            pytest.raises(UnreadableAudioError, match="not readable audio"),
        ):
            AudioReader(file)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["WAV", "FLAC", "OGG", "NIST"]), st.integers(0, 120), st.binary(max_size=9))
def test_damaged_headers_end_in_audio_or_in_one_of_our_errors(
    container: str, position: int, damage: bytes
) -> None:
    data = bytearray(file_of(TONE[:800], container, sf.default_subtype(container)))
    data[position : position + len(damage)] = damage

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    for file in (io.BytesIO(bytes(data)), Pipe(bytes(data))):
        with contextlib.suppress(AudioError):
            assert np.isfinite(read(file)).all()


@pytest.mark.parametrize("container", ["WAV", "NIST"])
@pytest.mark.parametrize("from_pipe", [False, True])
def test_no_samples_is_empty(container: str, from_pipe: bool) -> None:
    data = file_of(np.zeros(0), container)
    with (
        piped(data) if from_pipe else io.BytesIO(data) as file,
        pytest.raises(EmptyAudioError),
    ):
        read(file)


@pytest.mark.parametrize("rate", [999, 768_001])
def test_rate_out_of_range_is_refused(rate: int) -> None:
    with pytest.raises(UnsupportedRateError, match=str(rate)):
        AudioReader(io.BytesIO(file_of(TONE, rate=rate)))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_sample_that_is_not_finite_is_refused(bad: float) -> None:
    wave = TONE.copy()
    wave[7] = bad
    with pytest.raises(NotFiniteAudioError):
        read(io.BytesIO(file_of(wave, subtype="FLOAT")))


def test_clipping_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    wave = TONE.copy()
    wave[[3, 5000]] = 1.5, -7
    with (
        caplog.at_level(logging.WARNING),
        AudioReader(io.BytesIO(file_of(wave, subtype="FLOAT"))) as reader,
    ):
        samples = [np.concatenate(list(reader.blocks())) for _ in range(2)]
    assert [(pass_[3], pass_[5000]) for pass_ in samples] == [(1, -1), (1, -1)]
    assert [record.getMessage().split()[0] for record in caplog.records] == ["2"]


@pytest.mark.parametrize("seekable", [True, False])
def test_disk_that_fails_is_told_and_not_taken_for_the_end(seekable: bool) -> None:
    class BadDisk(io.BytesIO):
        def seekable(self) -> bool:
            return seekable

        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 150_000:
                raise OSError(5, "Input/output error")
            return super().read(size)

    with pytest.raises(UnreadableAudioError, match="Input/output error"):
        read(BadDisk(file_of(np.tile(TONE, 20))))


def test_interrupt_within_the_library_gets_through() -> None:
    class Interrupted(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 150_000:
                raise KeyboardInterrupt
            return super().read(size)

    with pytest.raises(KeyboardInterrupt):
        read(Interrupted(file_of(np.tile(TONE, 20))))


@pytest.mark.parametrize("container", ["WAV", "AIFF", "FLAC", "OGG", "MP3"])
def test_audio_begins_where_the_file_stands(container: str) -> None:
    data = file_of(TONE, container, sf.default_subtype(container))
    alone = read(io.BytesIO(data))
    file = io.BytesIO(b"what came before" + data)
    file.seek(16)
    with AudioReader(file) as reader:
        for _ in range(2):
            np.testing.assert_array_equal(np.concatenate(list(reader.blocks())), alone)


SIX_SECONDS = np.tile(TONE, 6)
CUT = "The file says 6.0 s, but 3.0 s were there: it is cut."


@pytest.mark.parametrize(
    ("container", "subtype"), [("WAV", "PCM_16"), ("WAV", "FLOAT"), ("AIFF", "PCM_24")]
)
def test_a_cut_file_is_told_once(
    container: str, subtype: str, caplog: pytest.LogCaptureFixture
) -> None:
    data = file_of(SIX_SECONDS, container, subtype)
    before = b"what came before"
    file = io.BytesIO(before + data[: len(data) // 2])
    file.seek(len(before))
    with AudioReader(file) as reader:
        next(reader.blocks())
        assert caplog.messages == []
        for _ in range(2):
            assert sum(map(len, reader.blocks())) == pytest.approx(3 * RATE, abs=100)
    assert caplog.messages == [CUT]


def test_a_cut_mp3_is_told(caplog: pytest.LogCaptureFixture) -> None:
    data = file_of(SIX_SECONDS, "MP3", "MPEG_LAYER_III")
    read(io.BytesIO(data[: len(data) // 2]))
    (message,) = caplog.messages
    assert message.startswith("The file says 6.0 s, but ")


def test_a_pipe_that_ends_early_is_told(caplog: pytest.LogCaptureFixture) -> None:
    data = file_of(SIX_SECONDS)
    with piped(data[: len(data) // 2]) as pipe:
        read(pipe)
    assert caplog.messages == [CUT]


@pytest.mark.parametrize(("container", "subtype", "_"), EVERY_FORMAT)
def test_a_whole_file_is_not_taken_for_a_cut_one(
    container: str, subtype: str, _: float, caplog: pytest.LogCaptureFixture
) -> None:
    data = file_of(SIX_SECONDS[:-7777], container, subtype)
    read(io.BytesIO(data))
    with piped(data) as pipe:
        read(pipe)
    assert caplog.messages == []


def test_an_mp3_without_a_length_is_not_taken_for_a_cut_one(
    caplog: pytest.LogCaptureFixture,
) -> None:
    # Guessed from its silent beginning, it would be far longer.
    wave = np.concatenate([np.zeros(3 * RATE), np.random.default_rng(0).uniform(-1, 1, 3 * RATE)])
    data = file_of(wave, "MP3", "MPEG_LAYER_III")
    read(io.BytesIO(data.replace(b"Xing", bytes(4)).replace(b"Info", bytes(4))))
    assert caplog.messages == []


@pytest.mark.parametrize("length", [0, 0x7FFF_F000, 0x7FFF_FFFF, 0x8000_0000, 2**32 - 1])
def test_a_file_of_unknown_length_is_not_taken_for_a_cut_one(
    length: int, caplog: pytest.LogCaptureFixture
) -> None:
    data = wav_of_length(length, pcm_of(TONE))
    with contextlib.suppress(EmptyAudioError):
        read(io.BytesIO(data))
    with piped(data) as pipe:
        read(pipe)
    assert caplog.messages == []


def test_an_empty_data_chunk_before_another_chunk_is_empty() -> None:
    data = wav_of_length(0, b"LIST\x04\0\0\0INFO")
    data = data[:4] + struct.pack("<I", len(data) - 8) + data[8:]
    with piped(data) as pipe, pytest.raises(EmptyAudioError):
        read(pipe)


@pytest.mark.parametrize("whole", [0, 36, 0x7FFF_FFFF, 2**32 - 1])
def test_a_data_chunk_of_length_0_at_the_end_is_of_unknown_length(whole: int) -> None:
    data = wav_of_length(0, pcm_of(TONE))
    with piped(data[:4] + struct.pack("<I", whole) + data[8:]) as pipe:
        assert matches(read(pipe), 2**-15)
