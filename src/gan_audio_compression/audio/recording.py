"""All that a file holds at one sampling rate, decoded by libsndfile."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from gan_audio_compression.audio.decoder import Decoder, decoder
from gan_audio_compression.audio.formats.chunks import end_of_live, live_part
from gan_audio_compression.audio.formats.find import find_part
from gan_audio_compression.audio.formats.part import Part, Source, size_of
from gan_audio_compression.audio.formats.tags import skip_tags
from gan_audio_compression.audio.kept_pipe import KeptPipe

CUT = "The file ends before its audio does: it is cut."
"""What is lost of a file that does not say how long it should be."""

_LONGEST_BLOCK = 1 << 16
_LIVE_BLOCKS_A_SECOND = 8

# Decoders may hold back the end of a frame, and nobody misses less.
_SHORTEST_LOSS_SECONDS = 0.1

# Nobody reads more.
_MOST_LOSSES = 10


class Recording:
    """The samples of a file: of the recording that it begins with and of those joined to it.

    Attributes:
        sample_rate: in Hz.
        channels: number of channels of the first recording.
        rewindable: whether each call of `blocks` begins anew; else there is but one.
        losses: what the last pass could not read, a sentence each, at most ten.
    """

    def __init__(self, source: Source) -> None:
        """Read the header of the recording that begins where `source` stands.

        Raises:
            soundfile.LibsndfileError: libsndfile cannot decode it.
        """
        self._source = source
        start = source.tell()
        pipe = source if isinstance(source, KeptPipe) else None
        live = live_part(source, skip_tags(source, start)) if pipe else None
        self._live_pipe = pipe if live else None
        self.rewindable = live is None
        self._first = live or self._found(start) or _rest_of(source, start)
        # Of what is still to come, the header alone.
        with decoder(replace(live, length=0) if live else self._first, source) as sound:
            self.sample_rate = sound.sample_rate
            self.channels = sound.channels
        self.losses: list[str] = []

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """Yield [n, channels] samples, at most 65536 at a time.

        Raises:
            soundfile.LibsndfileError: not even the first of them can be decoded.
        """
        self.losses = []
        frames = size = end = 0
        part: Part | None = self._first
        while part is not None:
            for block in self._decoded(part, frames):
                frames += len(block)
                yield block
            size += part.length
            end = end_of_live(self._source, part) if part.is_live else part.end
            part = self._found(end)
        rest = size_of(self._source) - skip_tags(self._source, end)
        if rest * frames >= _SHORTEST_LOSS_SECONDS * self.sample_rate * size > 0:
            self._left_out(frames, f"{rest} bytes that are no known audio")

    def _found(self, place: int) -> Part | None:
        """Find the recording that begins at a place, behind tags and padding."""
        place = skip_tags(self._source, place)
        live = live_part(self._source, place) if self._live_pipe else None
        return live or find_part(self._source, place)

    def _decoded(self, part: Part, before: int) -> Iterator[NDArray[np.float32]]:
        """Yield the samples of a part, which come after as many as `before`."""
        longest = _LONGEST_BLOCK
        if part.is_live:
            longest = min(longest, max(1, self.sample_rate // _LIVE_BLOCKS_A_SECOND))
        frames = 0
        try:
            with decoder(part, self._source) as sound:
                if sound.sample_rate != self.sample_rate:
                    known = sound.known_frames
                    length = f" of {known / sound.sample_rate:.1f} s" if known else ""
                    self._left_out(before, f"a recording{length} at {sound.sample_rate} Hz")
                    return
                for block in sound.blocks(longest):
                    frames += len(block)
                    yield block
                    if self._live_pipe and part.is_live:
                        self._live_pipe.forget()
                self._note_loss(part, sound, before, frames)
        except sf.LibsndfileError:
            if part is self._first:
                raise
            self._left_out(before, "a recording that cannot be decoded")

    def _note_loss(self, part: Part, sound: Decoder, before: int, frames: int) -> None:
        """Note what a part, of which so many frames came, should hold and does not."""
        if sound.error is not None and part is self._first and not frames:
            raise sound.error
        claimed = sound.claimed_frames(frames)
        if claimed is not None and claimed - frames >= _SHORTEST_LOSS_SECONDS * self.sample_rate:
            self._note(
                f"The file says {claimed / self.sample_rate:.1f} s, but "
                f"{frames / self.sample_rate:.1f} s were there: it is cut."
            )
        elif part.is_cut:
            self._note(CUT)
        elif sound.error is not None and claimed is None:
            self._left_out(before + frames, "the rest, which is damaged")

    def _left_out(self, frames: int, what: str) -> None:
        self._note(f"Left out after {frames / self.sample_rate:.1f} s: {what}.")

    def _note(self, loss: str) -> None:
        if len(self.losses) < _MOST_LOSSES:
            self.losses.append(loss)


def _rest_of(source: Source, start: int) -> Part:
    """Return all that follows, for a format that libsndfile alone may know."""
    end = size_of(source)
    return Part(start, end - start, end)
