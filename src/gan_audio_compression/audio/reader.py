"""Reads any audio, from files and from pipes, as blocks of mono samples."""

import contextlib
import logging
import operator
from collections.abc import Iterator
from types import TracebackType
from typing import BinaryIO, Self, SupportsIndex

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from gan_audio_compression.audio import ffmpeg
from gan_audio_compression.audio.errors import (
    EmptyAudioError,
    UnreadableAudioError,
    UnsupportedRateError,
)
from gan_audio_compression.audio.formats.part import Source, read_at
from gan_audio_compression.audio.kept_pipe import KeptPipe
from gan_audio_compression.audio.recording import Recording
from gan_audio_compression.audio.samples import MixDown
from gan_audio_compression.signal.spec import HIGHEST_RATE, LOWEST_RATE

logger = logging.getLogger(__name__)

_PACKERS = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PK\x03\x04": "zip",
}


class AudioReader:
    """The samples of an audio file, mixed down to mono by the mean of its channels.

    Files of the same sampling rate that are joined to one are read as one. What libsndfile does
    not know, ffmpeg decodes where it is installed.

    A context manager, which leaves closing `file` to its owner. A WAV file that comes through a
    pipe is decoded as it comes, an eighth of a second at a time; any other format from a pipe is
    first kept in a temporary file up to its end.

    Attributes:
        sample_rate: in Hz, 1000 to 768000.
        channels: number of channels of the file.
        rewindable: whether each call of `blocks` begins anew; else there is but one.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Read the header of `file`, which begins where it stands.

        Raises:
            EmptyAudioError: there is not one byte.
            UnreadableAudioError: it cannot be read, or is not audio in a known format.
            UnsupportedRateError: its sampling rate is out of range.
        """
        self._told = False
        with contextlib.ExitStack() as resources:
            with _unreadable_audio():
                source = file if file.seekable() else KeptPipe(file, resources)
                self._recording = _recording(source, resources)
            self.sample_rate = require_rate(self._recording.sample_rate)
            self.channels = self._recording.channels
            self.rewindable = self._recording.rewindable
            self._resources = resources.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove the temporary file, if any."""
        self._resources.close()

    @property
    def is_whole(self) -> bool:
        """Whether the last pass of `blocks` has read all that the file holds or should hold."""
        return not self._recording.losses

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """Yield blocks of [n] samples in [-1, 1], n from 1 to 65536.

        Samples beyond are clipped. Warnings at the end of the first pass say how many, what of the
        file is missing or could not be read, and whether channels cancel each other out.

        Raises:
            UnreadableAudioError: the file is damaged from its beginning or cannot be read on.
            NotFiniteAudioError: a sample is infinite or not a number.
            EmptyAudioError: the audio has ended without any sample.
        """
        mix_down = MixDown()
        with _unreadable_audio():
            for block in self._recording.blocks():
                yield mix_down.mix(block)
        if not self._told:
            self._told = True
            for loss in self._recording.losses:
                logger.warning("%s", loss)
            mix_down.warn()
        if not mix_down.samples:
            raise EmptyAudioError("This audio has no samples; leave it out or record it again.")


def require_rate(sample_rate: SupportsIndex) -> int:
    """Return a sampling rate as an integer, from 1000 to 768000 Hz.

    Raises:
        UnsupportedRateError: it is another one.
        TypeError: it is no integer.
    """
    sample_rate = operator.index(sample_rate)
    if not LOWEST_RATE <= sample_rate <= HIGHEST_RATE:
        raise UnsupportedRateError(
            f"A sampling rate of {sample_rate} Hz is out of range; "
            f"resample the audio to one from {LOWEST_RATE} to {HIGHEST_RATE} Hz."
        )
    return sample_rate


def _recording(
    source: Source, resources: contextlib.ExitStack
) -> Recording | ffmpeg.FfmpegRecording:
    start = source.tell()
    beginning = read_at(source, start, 6)
    if not beginning:
        raise EmptyAudioError("This holds not one byte; copy or record it again.")
    for magic, packer in _PACKERS.items():
        if beginning.startswith(magic):
            raise UnreadableAudioError(f"This is compressed by {packer}; unpack it first.")
    source.seek(start)
    try:
        return Recording(source)
    except sf.LibsndfileError:
        if not ffmpeg.is_installed():
            raise
        return ffmpeg.FfmpegRecording(source, start, resources)


@contextlib.contextmanager
def _unreadable_audio() -> Iterator[None]:
    """Turn the library's and the system's errors into one of the project's."""
    try:
        yield
    except sf.LibsndfileError as error:
        raise UnreadableAudioError(
            f"This is not readable audio ({error.error_string.rstrip('.')}); give a whole WAV, "
            "FLAC, Ogg, MP3 or NIST SPHERE file, or install ffmpeg, which reads many more."
        ) from error
    except OSError as error:
        raise UnreadableAudioError(
            f"The audio could not be read ({error.strerror or error}); "
            "check the disk, or the program that sends it."
        ) from error
