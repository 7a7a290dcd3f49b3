"""Audio files that can be read from any place, decoded by libsndfile."""

import contextlib
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from gan_audio_compression.audio.callbacks import CallbackFile
from gan_audio_compression.audio.claimed_length import claimed_frames

_LONGEST_BLOCK = 1 << 16


class FileStream:
    """The samples of an audio file.

    Attributes:
        sample_rate: in Hz.
        channels: number of channels.
        claimed_frames: how many frames the file says that it holds; None where it does not say.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Read the header of a seekable file, from where it stands.

        Raises:
            soundfile.LibsndfileError: it is not audio in a format of libsndfile.
        """
        self._file = file
        self._start = file.tell()
        with self._opened() as sound:
            self.sample_rate: int = sound.samplerate
            self.channels: int = sound.channels
            file.seek(self._start)
            self.claimed_frames = claimed_frames(file, sound)

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """Yield [n, channels] samples from the beginning of the audio, at most 65536 at a time."""
        with self._opened() as sound:
            while len(block := sound.read(_LONGEST_BLOCK, dtype="float32", always_2d=True)):
                yield block

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sf.SoundFile]:
        self._file.seek(self._start)
        calls = CallbackFile(self._file)
        try:
            with _SequentialSoundFile(calls) as sound:
                yield sound
        finally:
            calls.raise_error()


class _SequentialSoundFile(sf.SoundFile):  # type: ignore[misc]
    """Reads on from where it is; soundfile would seek after each read.

    In FLAC of unknown length, as encoders write it to a pipe, there is no seeking.
    """

    def __init__(self, calls: CallbackFile) -> None:
        self._calls = calls
        with calls.signals_held():
            super().__init__(calls)

    def read(self, *arguments: Any, **options: Any) -> Any:
        with self._calls.signals_held():
            return super().read(*arguments, **options)

    def seekable(self) -> bool:
        return False
