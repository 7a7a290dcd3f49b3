"""Reads any audio that libsndfile knows, from files and from pipes, as blocks of mono samples."""

import contextlib
import logging
import operator
import shutil
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import BinaryIO, Self, SupportsIndex, cast

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from gan_audio_compression.audio.claimed_length import warn_if_cut
from gan_audio_compression.audio.errors import (
    EmptyAudioError,
    UnreadableAudioError,
    UnsupportedRateError,
)
from gan_audio_compression.audio.file_stream import FileStream
from gan_audio_compression.audio.samples import mono
from gan_audio_compression.audio.wav_stream import WavStream, open_wav_stream
from gan_audio_compression.signal.spec import HIGHEST_RATE, LOWEST_RATE

logger = logging.getLogger(__name__)


class AudioReader:
    """The samples of an audio file, mixed down to mono by the mean of its channels.

    A context manager, which leaves closing `file` to its owner. A WAV file that comes through a
    pipe is decoded as it comes, an eighth of a second at a time; any other format from a pipe is
    first kept in a temporary file up to its end.

    Attributes:
        sample_rate: in Hz, 1000 to 768000.
        channels: number of channels of the file.
        rewindable: whether each call of `blocks` begins anew; else it goes on.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Read the header of `file`, which begins where it stands.

        Raises:
            UnreadableAudioError: it cannot be read, or is not audio in a known format.
            UnsupportedRateError: its sampling rate is out of range.
        """
        self._warned = False
        with contextlib.ExitStack() as resources:
            with _unreadable_audio():
                self._stream = _open_stream(file, resources)
            self.sample_rate = self._stream.sample_rate
            self.channels = self._stream.channels
            self.rewindable = not isinstance(self._stream, WavStream)
            require_rate(self.sample_rate)
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

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """Yield blocks of [n] samples in [-1, 1], n from 1 to 65536.

        Samples beyond are clipped. Warnings at the end of the first pass say how many, and
        whether the file has been cut.

        Raises:
            UnreadableAudioError: the file is damaged or cannot be read on.
            NotFiniteAudioError: a sample is infinite or not a number.
            EmptyAudioError: the audio has ended without any sample.
        """
        total = clipped = 0
        claimed = self._stream.claimed_frames
        with _unreadable_audio():
            for block in self._stream.blocks():
                samples = mono(block)
                total += len(samples)
                clipped += int(np.count_nonzero(np.abs(samples) > 1))
                yield samples.clip(-1, 1)
        if not total:
            raise EmptyAudioError("This audio has no samples; leave it out or record it again.")
        if self._warned:
            return
        self._warned = True
        warn_if_cut(claimed, total, self.sample_rate)
        if clipped:
            logger.warning(
                "%d of %d samples lay beyond full scale and were clipped.", clipped, total
            )


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


def _open_stream(file: BinaryIO, resources: contextlib.ExitStack) -> FileStream | WavStream:
    if file.seekable():
        return FileStream(file)
    wav_stream, head = open_wav_stream(file)
    if wav_stream is not None:
        return wav_stream
    kept = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115
    resources.enter_context(kept)
    kept.write(head)
    shutil.copyfileobj(file, kept)
    kept.seek(0)
    return FileStream(kept)


@contextlib.contextmanager
def _unreadable_audio() -> Iterator[None]:
    """Turn the library's and the system's errors into one of the project's."""
    try:
        yield
    except sf.LibsndfileError as error:
        raise UnreadableAudioError(
            f"This is not readable audio ({error.error_string.rstrip('.')}); "
            "give a whole WAV, FLAC, Ogg, MP3 or NIST SPHERE file."
        ) from error
    except OSError as error:
        raise UnreadableAudioError(
            f"The audio could not be read ({error.strerror or error}); "
            "check the disk, or the program that sends it."
        ) from error
