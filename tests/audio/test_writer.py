"""Audio is written as asked, live to pipes, and no failure of the target goes unsaid."""

import errno
import io
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
import soundfile as sf
from numpy.typing import NDArray

from gan_audio_compression.audio import writer as writer_module
from gan_audio_compression.audio.errors import AudioFormatError, AudioWriteError
from gan_audio_compression.audio.reader import AudioReader
from gan_audio_compression.audio.writer import AudioWriter, format_of

RATE = 16_000
TONE = (0.5 * np.sin(2 * np.pi * 440 * np.arange(10 * RATE) / RATE)).astype(np.float32)
NOISE = np.random.default_rng(0).uniform(-0.5, 0.5, 20 * RATE).astype(np.float32)


class Pipe(io.BytesIO):
    """A target that cannot seek and counts how often it is flushed."""

    flushes = 0

    def seekable(self) -> bool:
        return False

    def seek(self, offset: int, whence: int = 0, /) -> int:
        raise io.UnsupportedOperation("seek")

    def flush(self) -> None:
        self.flushes += 1


def full_after(size: int, kind: type[io.BytesIO]) -> BinaryIO:
    """A target that has room for `size` bytes."""

    class Full(kind):  # type: ignore[misc, valid-type]
        def write(self, data: bytes) -> int:
            if len(self.getvalue()) + len(data) > size:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return super().write(data)  # type: ignore[no-any-return]

    return Full()


def write(file: BinaryIO, format: str, samples: NDArray[np.float32], rate: int = RATE) -> None:
    with AudioWriter(file, rate, format) as writer:
        for block in np.array_split(samples, 7):
            writer.write(block)


@pytest.mark.parametrize(
    ("format", "container", "subtype", "tolerance"),
    [
        ("wav", "WAV", "PCM_16", 0.5 / 32768),
        ("flac", "FLAC", "PCM_16", 0.5 / 32768),
        ("ogg", "OGG", "VORBIS", 0.15),
    ],
)
@pytest.mark.parametrize("rate", [8000, 16_000, 44_100, 192_000])
def test_what_is_written_is_read(
    format: str, container: str, subtype: str, tolerance: float, rate: int, tmp_path: Path
) -> None:
    path = tmp_path / "audio"
    with path.open("wb") as file:
        write(file, format, TONE, rate)
        assert not file.closed
    info = sf.info(path)
    assert (info.format, info.subtype, info.samplerate) == (container, subtype, rate)
    samples, _ = sf.read(path, dtype="float32")
    assert samples.shape == TONE.shape
    assert np.abs(samples - TONE)[1000:-1000].max() <= tolerance * 1.001


@pytest.mark.parametrize("kind", [io.BytesIO, Pipe])
def test_16_bit_samples_survive_exactly_and_the_rest_is_clipped(kind: type[io.BytesIO]) -> None:
    levels = np.arange(-32768, 32768)
    loud = np.array([1, 1.7, -3], np.float32)
    file = kind()
    write(file, "wav", np.concatenate([(levels / 32768).astype(np.float32), loud]))
    pcm = np.frombuffer(file.getvalue()[44:], "<i2")
    np.testing.assert_array_equal(pcm, [*levels, 32767, 32767, -32768])


@pytest.mark.parametrize("format", ["wav", "flac", "ogg"])
def test_ten_minutes_in_one_block(format: str) -> None:
    file = io.BytesIO()
    with AudioWriter(file, RATE, format) as writer:
        writer.write(np.tile(TONE, 60))
    file.seek(0)
    assert len(sf.read(file)[0]) == 600 * RATE


def test_a_pipe_gets_each_block_at_once() -> None:
    pipe = Pipe()
    with AudioWriter(pipe, RATE, "wav") as writer:
        header = struct.unpack("<4sI4s4sIHHIIHH4sI", pipe.getvalue())
        assert header[:3] == (b"RIFF", 0xFFFF_FFFF, b"WAVE")
        assert header[3:11] == (b"fmt ", 16, 1, 1, RATE, 2 * RATE, 2, 16)
        assert header[11:] == (b"data", 0xFFFF_FFFF)
        for blocks in (1, 2):
            flushes = pipe.flushes
            writer.write(TONE[:100])
            assert len(pipe.getvalue()) == 44 + 200 * blocks
            assert pipe.flushes > flushes
    for copy in (io.BytesIO(pipe.getvalue()), Pipe(pipe.getvalue())):
        with AudioReader(copy) as reader:
            assert reader.sample_rate == RATE
            assert sum(map(len, reader.blocks())) == 200


@pytest.mark.parametrize("format", ["flac", "ogg"])
def test_a_pipe_takes_nothing_but_wav(format: str) -> None:
    pipe = Pipe()
    with pytest.raises(AudioFormatError, match="wav"):
        AudioWriter(pipe, RATE, format)
    assert pipe.getvalue() == b""


@pytest.mark.parametrize(
    ("format", "rate"),
    [("flac", 655_351), ("flac", 700_000), ("flac", 65_537), ("ogg", 200_001), ("mp3", 44_100)],
)
def test_what_a_format_cannot_hold_is_refused_before_anything_is_written(
    format: str, rate: int
) -> None:
    file = io.BytesIO()
    with pytest.raises(AudioFormatError):
        AudioWriter(file, rate, format)
    assert file.getvalue() == b""


@pytest.mark.parametrize(
    ("format", "rate"), [("flac", 65_535), ("flac", 655_350), ("ogg", 200_000), ("wav", 768_000)]
)
def test_highest_rates(format: str, rate: int) -> None:
    file = io.BytesIO()
    write(file, format, TONE, rate)
    file.seek(0)
    assert sf.info(file).samplerate == rate


def test_a_wav_file_that_outgrows_its_header_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "_LONGEST_WAV", 1000)
    with AudioWriter(io.BytesIO(), RATE, "wav") as writer:
        writer.write(TONE[:500])
        with pytest.raises(AudioFormatError, match="FLAC"):
            writer.write(TONE[:1])


def test_audio_without_samples() -> None:
    for format in ("wav", "ogg"):
        file = io.BytesIO()
        AudioWriter(file, RATE, format).close()
        file.seek(0)
        assert sf.info(file).frames == 0
    with pytest.raises(AudioFormatError, match="without samples"):
        AudioWriter(io.BytesIO(), RATE, "flac").close()


@pytest.mark.parametrize("size", [0, 10, 5000, 100_000])
@pytest.mark.parametrize("format", ["wav", "flac", "ogg"])
def test_full_disk_is_told(format: str, size: int) -> None:
    with pytest.raises(AudioWriteError, match="No space left"):
        write(full_after(size, io.BytesIO), format, np.tile(NOISE, 4))


@pytest.mark.parametrize("size", [0, 10, 44, 100_000])
def test_pipe_into_a_full_disk_is_told(size: int) -> None:
    with pytest.raises(AudioWriteError, match="No space left"):
        write(full_after(size, Pipe), "wav", NOISE)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("format", ["wav", "flac", "ogg"])
@pytest.mark.parametrize("length", [10, 200_000])
def test_full_device_is_told(format: str, length: int) -> None:
    file = open("/dev/full", "wb")  # noqa: SIM115 (closing it fails as well)
    with pytest.raises(AudioWriteError, match="No space left"):
        write(file, format, NOISE[:length])
    with pytest.raises(OSError):
        file.close()


def test_reader_of_the_pipe_that_goes_away_is_told() -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    with open(write_end, "wb", buffering=0) as file, pytest.raises(AudioWriteError) as caught:
        write(file, "wav", TONE)
    assert isinstance(caught.value.__cause__, BrokenPipeError)


def raise_interrupt(data: bytes) -> int:
    raise KeyboardInterrupt


def raise_value_error(data: bytes) -> int:
    raise ValueError("mine")


@pytest.mark.parametrize(
    ("failing", "expected"),
    [(raise_interrupt, KeyboardInterrupt), (raise_value_error, ValueError)],
)
def test_other_exceptions_cross_the_library(
    failing: Callable[[bytes], int], expected: type[BaseException]
) -> None:
    file = io.BytesIO()
    file.write = failing  # type: ignore[method-assign, assignment]
    with pytest.raises(expected):
        write(file, "flac", NOISE)


def test_an_error_of_the_caller_is_not_hidden_by_the_disk() -> None:
    with pytest.raises(LookupError), AudioWriter(full_after(10**5, io.BytesIO), RATE, "ogg") as w:
        w.write(NOISE)
        raise LookupError


@pytest.mark.parametrize(
    ("name", "format"), [("a.wav", "wav"), ("b/a.FLAC", "flac"), ("a.tar.Ogg", "ogg")]
)
def test_the_extension_tells_the_format(name: str, format: str) -> None:
    assert format_of(Path(name)) == format


@pytest.mark.parametrize("name", ["a.mp3", "wav", "a.", ".wav"])
def test_other_extensions_are_refused_with_the_three_known(name: str) -> None:
    with pytest.raises(AudioFormatError, match=r"\.wav, \.flac or \.ogg"):
        format_of(Path(name))


@pytest.mark.parametrize("format", ["wav", "flac", "ogg"])
def test_audio_begins_where_the_file_stands(format: str, tmp_path: Path) -> None:
    alone = io.BytesIO()
    write(alone, format, TONE)
    with (tmp_path / "audio").open("wb") as file:
        file.write(b"what came before")
        write(file, format, TONE)
    before, audio = (tmp_path / "audio").read_bytes()[:16], (tmp_path / "audio").read_bytes()[16:]
    assert before == b"what came before"
    assert len(audio) == len(alone.getvalue())
    samples, rate = sf.read(io.BytesIO(audio), dtype="float32")
    assert (len(samples), rate) == (len(TONE), RATE)


def appended_by_mode(path: Path) -> BinaryIO:
    return path.open("ab")


def appended_by_the_shell(path: Path) -> BinaryIO:
    return open(os.open(path, os.O_WRONLY | os.O_APPEND), "wb")


@pytest.mark.parametrize("opened", [appended_by_mode, appended_by_the_shell])
def test_a_file_that_is_appended_to_is_a_pipe(
    opened: Callable[[Path], BinaryIO], tmp_path: Path
) -> None:
    path = tmp_path / "audio"
    path.write_bytes(b"before")
    with opened(path) as file:
        with pytest.raises(AudioFormatError, match="appended"):
            AudioWriter(file, RATE, "flac")
        write(file, "wav", TONE)
    pipe = Pipe()
    write(pipe, "wav", TONE)
    assert path.read_bytes() == b"before" + pipe.getvalue()


@pytest.mark.parametrize(
    ("code", "full"), [(errno.ENOSPC, True), (errno.EDQUOT, True), (errno.EPIPE, False)]
)
def test_space_is_to_be_freed_only_where_it_is_short(code: int, full: bool) -> None:
    def fail(data: bytes) -> int:
        raise OSError(code, os.strerror(code))

    file = Pipe()
    file.write = fail  # type: ignore[method-assign, assignment]
    with pytest.raises(AudioWriteError, match="choose another target") as caught:
        write(file, "wav", TONE)
    assert ("free some space" in str(caught.value)) == full
