"""Writes mono audio as WAV, FLAC or Ogg Vorbis, and as live WAV to a pipe."""

import contextlib
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from gan_audio_compression.audio.callbacks import CallbackFile
from gan_audio_compression.audio.errors import (
    AudioFormatError,
    AudioWriteError,
    write_advice,
)
from gan_audio_compression.audio.pcm16 import rounded_to_16, to_pcm16

_LIBSNDFILE_FORMATS = {
    "wav": ("WAV", "PCM_16"),
    "flac": ("FLAC", "PCM_16"),
    "ogg": ("OGG", "VORBIS"),
}

FORMATS = tuple(_LIBSNDFILE_FORMATS)
"""Formats of the audio that is written."""

# Vorbis takes a block whole onto the stack, and overflows it on a long one.
_LONGEST_BLOCK = 1 << 16
_LONGEST_WAV = 0xFFFF_FFFF - 1024


def format_of(path: Path) -> str:
    """Return the format that a file's extension stands for: "wav", "flac" or "ogg".

    Raises:
        AudioFormatError: it is another one.
    """
    format = path.suffix.lower().removeprefix(".")
    if format not in _LIBSNDFILE_FORMATS:
        raise AudioFormatError(
            f"{path} does not end in .wav, .flac or .ogg; choose a name that does."
        )
    return format


class AudioWriter:
    """Writes mono audio to a file; a context manager, which leaves `file` itself open.

    WAV and FLAC are of 16 bits, Ogg is Vorbis. The audio begins where the file stands. A pipe, or
    a file to whose end all is appended, takes WAV alone, of unknown length, each block flushed so
    that it can be heard at once.
    """

    def __init__(self, file: BinaryIO, sample_rate: int, format: str) -> None:
        """Begin a file in the format "wav", "flac" or "ogg", at a rate in Hz.

        Raises:
            AudioFormatError: the format is another one, cannot hold the rate, or is not WAV while
                `file` is a pipe or appended to. Nothing has been written then.
            AudioWriteError: `file` does not take the header.
        """
        _require_format(format, sample_rate)
        live = not file.seekable() or _appends(file)
        if live and format != "wav":
            raise AudioFormatError(
                f"A pipe or a file that is appended to cannot take {format}; "
                "write wav, or to a file of its own."
            )
        self._sink: _Sink
        with _write_errors():
            self._sink = (
                _LiveWavSink(file, sample_rate) if live else _FileSink(file, sample_rate, format)
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # After an error the file is of no use, and a second error would hide the first.
        with contextlib.suppress(Exception) if error else contextlib.nullcontext():
            self.close()

    def write(self, block: NDArray[np.float32]) -> None:
        """Write [n] samples; those beyond [-1, 1] are clipped.

        Raises:
            AudioFormatError: a WAV file would grow beyond the 4 GiB that it can hold.
            AudioWriteError: the disk is full, the pipe closed or the like.
        """
        with _write_errors():
            for start in range(0, len(block), _LONGEST_BLOCK):
                self._sink.write(block[start : start + _LONGEST_BLOCK])

    def close(self) -> None:
        """Complete the file.

        Raises:
            AudioFormatError: a FLAC file would have no sample.
            AudioWriteError: the disk is full, the pipe closed or the like.
        """
        with _write_errors():
            self._sink.close()


class _Sink(Protocol):
    def write(self, block: NDArray[np.float32]) -> None: ...

    def close(self) -> None: ...


class _FileSink:
    """A file that libsndfile encodes."""

    def __init__(self, file: BinaryIO, sample_rate: int, format: str) -> None:
        self._file = file
        self._calls = CallbackFile(file)
        self._format = format
        self._frames = 0
        container, subtype = _LIBSNDFILE_FORMATS[format]
        with self._own_errors():
            self._sound = sf.SoundFile(
                self._calls, "w", sample_rate, channels=1, format=container, subtype=subtype
            )

    def write(self, block: NDArray[np.float32]) -> None:
        self._frames += len(block)
        if self._format == "wav" and 2 * self._frames > _LONGEST_WAV:
            raise AudioFormatError("A WAV file cannot exceed 4 GiB; write FLAC.")
        with self._own_errors():
            self._sound.write(block.clip(-1, 1) if self._format == "ogg" else rounded_to_16(block))

    def close(self) -> None:
        if self._format == "flac" and not self._frames:
            # libsndfile would leave nothing at all, not even a header.
            raise AudioFormatError("FLAC cannot hold audio without samples; write wav.")
        with self._own_errors():
            self._sound.close()
        self._file.flush()

    @contextlib.contextmanager
    def _own_errors(self) -> Iterator[None]:
        """Raise what `file` raised: libsndfile says no more than that something failed."""
        try:
            with self._calls.signals_held():
                yield
        finally:
            self._calls.raise_error()


class _LiveWavSink:
    """WAV to a pipe, with the largest lengths in its header, as players of streams expect."""

    def __init__(self, file: BinaryIO, sample_rate: int) -> None:
        self._file = file
        header = struct.pack(
            "<4sI4s4sIHHIIHH4sI",
            *(b"RIFF", 0xFFFF_FFFF, b"WAVE"),
            *(b"fmt ", 16, 1, 1, sample_rate, 2 * sample_rate, 2, 16),
            *(b"data", 0xFFFF_FFFF),
        )
        self._send(header)

    def write(self, block: NDArray[np.float32]) -> None:
        self._send(to_pcm16(block))

    def close(self) -> None:
        self._file.flush()

    def _send(self, data: bytes) -> None:
        self._file.write(data)
        self._file.flush()


def _appends(file: BinaryIO) -> bool:
    """Whether all that is written goes to the end of the file, wherever it stands."""
    if "a" in str(getattr(file, "mode", "")):
        return True
    # A file object may have no descriptor, and some systems have no such flags.
    with contextlib.suppress(ImportError, AttributeError, OSError):
        import fcntl

        return bool(fcntl.fcntl(file.fileno(), fcntl.F_GETFL) & os.O_APPEND)
    return False


def _require_format(format: str, sample_rate: int) -> None:
    if format not in _LIBSNDFILE_FORMATS:
        raise AudioFormatError(f"There is no output format {format!r}; use wav, flac or ogg.")
    # Asked here and not of libsndfile, which writes before it refuses, or crashes.
    holds = {
        "wav": True,
        # STREAMINFO has 20 bits; a frame header has 16, in Hz or in tens of Hz (RFC 9639, 9.1.2).
        "flac": sample_rate < 1 << 16 or (sample_rate <= 655_350 and sample_rate % 10 == 0),
        "ogg": sample_rate <= 200_000,
    }
    if not holds[format]:
        raise AudioFormatError(
            f"The format {format} cannot hold a sampling rate of {sample_rate} Hz; write wav."
        )


@contextlib.contextmanager
def _write_errors() -> Iterator[None]:
    """Turn the library's and the system's errors into one of the project's."""
    try:
        yield
    except OSError as error:
        raise AudioWriteError(
            f"The audio could not be written ({error.strerror or error}); "
            f"{write_advice(error, 'target')}."
        ) from error
    # soundfile asserts that all was written.
    except (sf.LibsndfileError, AssertionError) as error:
        raise AudioWriteError(
            "The audio could not be written (the encoder failed); choose another format."
        ) from error
