"""One part of a file, decoded by libsndfile."""

import contextlib
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from gan_audio_compression.audio.callbacks import CallbackFile
from gan_audio_compression.audio.formats.part import Part, PartFile, Source

# A libsndfile format without a length of its own has the largest number that it can tell.
_LARGEST_FRAMES = 1 << 62


class Decoder:
    """The samples of a part.

    Attributes:
        sample_rate: in Hz.
        channels: number of channels.
        known_frames: how many there should be, without having been read; None if that is unknown.
        error: what ended the samples before their end, if anything did.
    """

    def __init__(self, part: Part, sound: "_SequentialSoundFile", calls: CallbackFile) -> None:
        self._part, self._sound, self._calls = part, sound, calls
        self.sample_rate: int = sound.samplerate
        self.channels: int = sound.channels
        known: int = part.claimed_frames or sound.frames
        self.known_frames = known if 0 < known < _LARGEST_FRAMES else None
        self.error: sf.LibsndfileError | None = None

    def blocks(self, longest: int) -> Iterator[NDArray[np.float32]]:
        """Yield [n, channels] samples, at most `longest` at a time, up to the first error."""
        while self.error is None and len(block := self._read(longest)):
            yield block

    def claimed_frames(self, frames: int) -> int | None:
        """Return how many frames the file says that the part has, where so many could be decoded.

        None where it does not say.
        """
        share = self._part.claimed_share
        if share is None or self.known_frames is None:
            return self._part.claimed_frames
        return max(self.known_frames, round(frames * share))

    def _read(self, longest: int) -> NDArray[np.float32]:
        # Where libsndfile fails it has decoded the beginning of the block, but not said how much.
        block = np.full((longest, self.channels), np.nan, np.float32)
        try:
            return cast(NDArray[np.float32], self._sound.read(out=block))
        except sf.LibsndfileError as error:
            self._calls.raise_error()
            self.error = error
            decoded = np.flatnonzero(~np.isnan(block).all(axis=1))
            return block[: decoded.max(initial=-1) + 1]


@contextlib.contextmanager
def decoder(part: Part, source: Source) -> Iterator[Decoder]:
    """Open a part of a file.

    Raises:
        soundfile.LibsndfileError: libsndfile cannot decode it.
    """
    calls = CallbackFile(cast(BinaryIO, PartFile(part, source)))
    try:
        with _SequentialSoundFile(calls) as sound:
            yield Decoder(part, sound, calls)
    finally:
        calls.raise_error()


class _SequentialSoundFile(sf.SoundFile):  # type: ignore[misc]
    """Reads on from where it is; soundfile would seek after each read.

    In FLAC of unknown length there is no seeking, nor in what comes through a pipe.
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
