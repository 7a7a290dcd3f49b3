"""Any audio is read as mono blocks, from files and from pipes, live where that is possible."""

import contextlib
import io
import logging
import os
import struct
import threading
from typing import BinaryIO
from unittest import mock

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
from tests.recordings import RATE, file_of, piped, tone

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


def wav_of_length(data_length: int, pcm: bytes) -> bytes:
    header = struct.pack("<IHHIIHH", 16, 1, 1, RATE, 2 * RATE, 2, 16)
    return b"RIFF\xff\xff\xff\xffWAVEfmt " + header + b"data" + struct.pack("<I", data_length) + pcm


def pcm_of(wave: NDArray[np.float64]) -> bytes:
    return (wave * 32768).astype("<i2").tobytes()


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


def test_joined_live_wav_comes_as_soon_as_it_is_there() -> None:
    second = pcm_of(TONE)[: 2 * RATE // 4]
    read_end, write_end = os.pipe()
    with open(read_end, "rb") as pipe, open(write_end, "wb", buffering=0) as writer:
        writer.write(wav_of_length(4, b"1234"))
        with AudioReader(pipe) as reader:
            blocks = reader.blocks()
            assert len(next(blocks)) == 2
            writer.write(wav_of_length(0, second))
            assert len(next(blocks)) == RATE // 8
            writer.close()
            assert sum(map(len, blocks)) == RATE // 8


def test_a_pipe_is_read_to_its_end_behind_the_samples() -> None:
    """Else its writer would be killed by a broken pipe."""
    tags = b"LIST" + struct.pack("<I", 300_000) + bytes(300_000)
    read_end, write_end = os.pipe()
    written: list[int] = []

    def write() -> None:
        with open(write_end, "wb", buffering=0) as file:
            written.append(file.write(wav_of_length(8, b"12345678") + tags))

    thread = threading.Thread(target=write)
    thread.start()
    with open(read_end, "rb") as pipe:
        assert len(read(pipe)) == 4
    thread.join(timeout=10)
    assert written == [44 + 8 + len(tags)]


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


@pytest.mark.parametrize("from_pipe", [False, True])
def test_what_is_no_audio_is_unreadable(from_pipe: bool) -> None:
    for data in [b"RIFF", b"no audio at all " * 99, file_of(TONE)[:30]]:
        with (
            piped(data) if from_pipe else io.BytesIO(data) as file,
            pytest.raises(UnreadableAudioError, match="not readable audio"),
        ):
            AudioReader(file)


@pytest.mark.parametrize("from_pipe", [False, True])
def test_a_file_of_no_bytes_is_told_as_such(from_pipe: bool) -> None:
    with (
        piped(b"") if from_pipe else io.BytesIO() as file,
        pytest.raises(EmptyAudioError, match="not one byte"),
    ):
        AudioReader(file)


@settings(max_examples=150)
@given(
    st.lists(st.sampled_from(EVERY_FORMAT), min_size=1, max_size=2),
    st.integers(0, 120) | st.integers(0, 20_000),
    st.binary(max_size=9),
    st.integers(0, 9),
)
def test_damage_ends_in_audio_or_in_one_of_our_errors(
    formats: list[tuple[str, str, float]], position: int, damage: bytes, removed: int
) -> None:
    joined = b"".join(file_of(TONE[:800], container, subtype) for container, subtype, _ in formats)
    position %= len(joined)
    data = joined[:position] + damage + joined[position + removed :]

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, offset: int, whence: int = 0) -> int:
            raise AssertionError("a pipe cannot be sought in")

    outcomes: list[object] = []
    with mock.patch.dict(os.environ, PATH=""):  # no ffmpeg, which would take long
        for file in (io.BytesIO(data), Pipe(data)):
            try:
                outcomes.append(read(file).tobytes())
            except AudioError as error:
                outcomes.append(type(error))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize(
    ("magic", "packer"),
    [
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"BZh91AY", "bzip2"),
        (b"\xfd7zXZ\0", "xz"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"PK\x03\x04", "zip"),
    ],
)
def test_what_is_packed_is_to_be_unpacked(magic: bytes, packer: str) -> None:
    says = f"^This is compressed by {packer}; unpack it first\\.$"
    with pytest.raises(UnreadableAudioError, match=says):
        AudioReader(io.BytesIO(magic + bytes(100)))
    with piped(magic + bytes(100)) as pipe, pytest.raises(UnreadableAudioError, match=says):
        AudioReader(pipe)


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


def test_channels_of_opposite_phase_are_told_once(caplog: pytest.LogCaptureFixture) -> None:
    data = file_of(np.column_stack([tone(6.0), -0.9 * tone(6.0)]))
    with AudioReader(io.BytesIO(data)) as reader:
        for _ in range(2):
            mixed = np.concatenate(list(reader.blocks()))
    np.testing.assert_allclose(mixed, 0.05 * tone(6.0), atol=2**-15)
    (message,) = caplog.messages
    assert "their mean is 26 dB quieter" in message


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


@pytest.mark.parametrize(("container", "subtype", "_"), EVERY_FORMAT)
def test_of_a_whole_file_nothing_is_told(
    container: str, subtype: str, _: float, caplog: pytest.LogCaptureFixture
) -> None:
    data = file_of(np.tile(TONE, 6)[:-7777], container, subtype)
    for file in (contextlib.nullcontext(io.BytesIO(data)), piped(data)):
        with file as opened, AudioReader(opened) as reader:
            assert list(reader.blocks())
            assert reader.is_whole
    assert caplog.messages == []


@pytest.mark.parametrize("container", ["WAV", "AIFF", "FLAC", "OGG", "MP3"])
def test_a_loss_is_told_once_and_at_the_end(
    container: str, caplog: pytest.LogCaptureFixture
) -> None:
    data = file_of(tone(6.0), container)
    before = b"what came before"
    file = io.BytesIO(before + data[: len(data) // 2])
    file.seek(len(before))
    with AudioReader(file) as reader:
        next(reader.blocks())
        assert caplog.messages == []
        for _ in range(2):
            assert 0 < sum(map(len, reader.blocks())) <= 3 * RATE
            assert not reader.is_whole
    assert len(caplog.messages) == 1


def test_an_mp3_without_a_length_is_not_taken_for_a_cut_one() -> None:
    # Guessed from its silent beginning, it would be far longer.
    wave = np.concatenate([np.zeros(3 * RATE), np.random.default_rng(0).uniform(-1, 1, 3 * RATE)])
    data = file_of(wave, "MP3").replace(b"Xing", bytes(4)).replace(b"Info", bytes(4))
    with AudioReader(io.BytesIO(data)) as reader:
        assert list(reader.blocks())
        assert reader.is_whole
