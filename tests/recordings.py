"""Recordings as bytes, pipes that bring them, and an ffmpeg that can do little."""

import contextlib
import io
import logging
import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
import soundfile as sf
from numpy.typing import NDArray

from gan_audio_compression.audio.reader import AudioReader

RATE = 16_000

ID3V2 = b"ID3\x04\0\0\0\0\x02\x00" + b"x" * 256
ID3V1 = b"TAG" + b"x" * 125
APE_SIZE = (2032 - 32).to_bytes(4, "little")
APE = b"APETAGEX\xd0\x07\0\0" + APE_SIZE + b"\x01\0\0\0\0\0\0\xa0" + bytes(8) + b"x" * 2000


def tone(seconds: float, frequency: float = 440, rate: int = RATE) -> NDArray[np.float64]:
    """A sine with a little noise, which no encoder makes into next to nothing."""
    time = np.arange(round(seconds * rate)) / rate
    noise = np.random.default_rng(0).standard_normal(len(time))
    return 0.5 * np.sin(2 * np.pi * frequency * time) + 0.01 * noise


def file_of(
    wave: NDArray[np.floating], container: str = "WAV", subtype: str | None = None, rate: int = RATE
) -> bytes:
    """A whole audio file, as libsndfile writes it."""
    buffer = io.BytesIO()
    sf.write(buffer, wave, rate, format=container, subtype=subtype)
    return buffer.getvalue()


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


@dataclass(frozen=True)
class Read:
    """What became of a file that was read.

    Attributes:
        samples: all.
        messages: that were logged.
        is_whole: what the reader says of it.
    """

    samples: NDArray[np.float32]
    messages: list[str]
    is_whole: bool


def read(data: bytes) -> Read:
    """Read a file, and the same bytes through a pipe; both give the same."""
    from_file = _read(io.BytesIO(data))
    with piped(data) as pipe:
        from_pipe = _read(pipe)
    np.testing.assert_array_equal(from_file.samples, from_pipe.samples)
    assert from_file.messages == from_pipe.messages
    assert from_file.is_whole == from_pipe.is_whole == (not from_file.messages)
    return from_file


def _read(file: BinaryIO) -> Read:
    messages: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: messages.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("gan_audio_compression")
    logger.addHandler(handler)
    try:
        with AudioReader(file) as reader:
            samples = np.concatenate(list(reader.blocks()))
            return Read(samples, messages, reader.is_whole)
    finally:
        logger.removeHandler(handler)


def install_ffmpeg(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Make a Python script the only ffmpeg, and the only program."""
    program = folder / "ffmpeg"
    program.write_text(f"#!{sys.executable}\nimport os, sys\n{script}")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


# Decodes "FAKE" and the numbers of 16-bit steps behind it to WAV, as if it did not know the length.
DECODER = """
data = open(sys.argv[sys.argv.index("-i") + 1].removeprefix("file:"), "rb").read()
if data[:4] != b"FAKE":
    sys.exit("file:/dev/stdin: Invalid data found when processing input")
header = "52494646 ffffffff 57415645 666d7420 10000000 01000100 803e0000 007d0000 02001000"
sys.stdout.buffer.write(bytes.fromhex(header) + b"data" + b"\\xff" * 4 + data[4:])
"""
