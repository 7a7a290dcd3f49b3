"""The sender: from speech to the chunks of a .gac file."""

import io
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.codec.chunk_coder import CodedLogMel, LogMel
from gan_audio_compression.codec.coding import Coding
from gan_audio_compression.codec.container.chunk import FRAMING_BYTES, chunk_bytes
from gan_audio_compression.codec.container.header import Header
from gan_audio_compression.codec.container.levels import Level, changes_to_bytes, levels_of
from gan_audio_compression.codec.container.writer import ContainerWriter, largest_payload
from gan_audio_compression.codec.kinds import sending_coder
from gan_audio_compression.codec.search.errors import BitrateTooLowError
from gan_audio_compression.codec.trained_codec import TrainedCodec
from gan_audio_compression.signal.analysis import log_mel_of, mel_filters, piece_magnitude
from gan_audio_compression.signal.chunks import Piece, cut
from gan_audio_compression.signal.high_pass import high_passed
from gan_audio_compression.signal.level import LOWEST_LEVEL_CODE, gains_to_speech_level
from gan_audio_compression.signal.level_limit import limit_levels
from gan_audio_compression.signal.level_loss import corrected_levels
from gan_audio_compression.signal.level_track import LevelTrack
from gan_audio_compression.signal.own_state import own_state
from gan_audio_compression.signal.spec import SAMPLE_RATE

CHUNK_SEGMENTS = 16
"""Segments in a chunk where the whole recording is at hand: 16.384 s."""

LIVE_CHUNK_SEGMENTS = 4
"""Segments in a chunk of audio that is coded as it comes: 4.096 s, one batch of the search."""

_LIVE_MEMORY_SECONDS = 600.0

# Where no bit rate is asked for, what is shorter has the bits of so much: header and sizes alone
# take those of 0.08 s.
_SHORTEST_SECONDS = 0.5
# Changes of level may take so much of the room for a chunk; loud moments that are near to one
# another are joined until they do.
_SHARE_OF_LEVELS = 1 / 16
_GAPS = (8, 32, 128)

# So often a chunk is coded again for what is too loud to be sent.
_LOUDER = 4
_TINY = 1e-30

# More than any file has, so that an infinite bit rate is a number of bits too.
_UNLIMITED_BITS = 2.0**60

Magnitude = NDArray[np.float32]


class Sender:
    """Codes a recording chunk by chunk into a file object.

    Args:
        model: the codec.
        file: takes the bytes; the header is written at once.
        sample_rate: of the recording, in Hz; the receiver goes back to it.
        coding: how to search and code.
        chunk_segments: segments of 1.024 s in a chunk, a power of two up to 16.
    """

    def __init__(
        self,
        model: TrainedCodec,
        file: BinaryIO,
        sample_rate: int,
        coding: Coding,
        chunk_segments: int = CHUNK_SEGMENTS,
    ) -> None:
        header = Header(model.fingerprint, sample_rate, coding.coder, chunk_segments)
        self.chunk_samples = header.chunk_samples
        self._bitrate = model.bitrate if coding.bitrate is None else coding.bitrate
        self._shortest_seconds = _SHORTEST_SECONDS if coding.bitrate is None else 0.0
        self._coder = sending_coder(model, coding)
        self._writer = ContainerWriter(file, header)
        self._sample_rate = sample_rate
        self._coded_samples = 0
        # A last chunk of one sample still costs a latent frame, so that much is always kept back.
        self._reserve = FRAMING_BYTES + self._coder.least_bytes(1)

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._writer.size

    def send(self, piece: Piece, codes: NDArray[np.int64], total: int | None = None) -> CodedLogMel:
        """Search, code and write the next chunk.

        Args:
            piece: the samples at 16 kHz, as `high_passed` gives them.
            codes: [frames], the level of speech there. It is raised for moments that are louder
                than speech, and what the generator loses is added.
            total: with the last chunk, samples of the recording at its own rate.

        Raises:
            BitrateTooLowError: not even the shortest payload keeps to the bit rate.
        """
        self._coded_samples += piece.size
        with own_state():
            coded, levels = self._fitting(piece_magnitude(piece), codes, total)
        self._writer.write(levels, coded.payload, total)
        return coded

    def _fitting(
        self, magnitude: Magnitude, codes: NDArray[np.int64], total: int | None
    ) -> tuple[CodedLogMel, Sequence[Level]]:
        """Code the next chunk with levels that fit; return also these levels."""
        codes = self._limited(codes, magnitude, total)
        coded, sent = self._coded(magnitude, codes, total)
        missing = (-sent).clip(0)
        for _ in range(_LOUDER):
            if not missing.any():
                break
            # A loud tone loses more than the highest level can make up for, so it comes in louder.
            louder = self._limited(codes + missing, magnitude, total)
            again, level = self._coded(magnitude, louder, total)
            left_alone = (level == louder)[missing > 0].any()
            if left_alone or level.min() <= sent.min():
                # Louder than any speech, it comes out as another signal; half of that may do.
                missing //= 2
            else:
                codes, coded, sent = louder, again, level
                missing = (-sent).clip(0)
        return coded, levels_of(sent.clip(0))

    def _coded(
        self, magnitude: Magnitude, codes: NDArray[np.int64], total: int | None
    ) -> tuple[CodedLogMel, NDArray[np.int64]]:
        """Code the next chunk; return also the level codes that make up for what is lost.

        Args:
            magnitude: [frames, 257] of the signal's STFT.
            codes: [frames], its levels.
            total: see `send`.
        """
        levels = levels_of(codes)
        normalised = at_speech_level(magnitude, codes)
        log_mel = log_mel_of(normalised)
        coded = self._coder.encode(log_mel, self._room(levels, total))
        if coded is None:
            raise self._too_low(len(log_mel), levels, total)
        sent = self._corrected(codes, normalised, coded.log_mel, total)
        more = levels_of(sent.clip(0))
        if len(changes_to_bytes(more)) <= len(changes_to_bytes(levels)):
            return coded, sent
        # Changes of level that were not foreseen take the place of symbols, if there is any.
        shorter = self._coder.encode(log_mel, self._room(more, total))
        if shorter is None:
            return coded, codes
        # Other symbols lose something else.
        again = corrected_levels(codes, normalised, shorter.log_mel)
        fits = len(changes_to_bytes(levels_of(again.clip(0)))) <= len(changes_to_bytes(more))
        return shorter, again if fits else sent

    def _corrected(
        self, codes: NDArray[np.int64], magnitude: Magnitude, log_mel: LogMel, total: int | None
    ) -> NDArray[np.int64]:
        """Return the codes with what is lost, of tones too if there is room for their levels."""
        corrected = corrected_levels(codes, magnitude, log_mel)
        if self._has_room(corrected.clip(0), total):
            return corrected
        return corrected_levels(codes, magnitude, log_mel, tones=False)

    def _room(self, levels: Sequence[Level], total: int | None) -> int | None:
        """Return the most bytes of the next payload; None for any number."""
        budget = self._budget(total)
        return None if budget is None else largest_payload(budget, levels, total)

    def _limited(
        self, codes: NDArray[np.int64], magnitude: Magnitude, total: int | None
    ) -> NDArray[np.int64]:
        """Return the level codes with loud moments limited, as exactly as the room allows."""
        loudest = np.log((magnitude @ mel_filters()).max(1).clip(_TINY))
        for gap in _GAPS:
            limited = limit_levels(codes, loudest, gap)
            if self._has_room(limited, total):
                return limited
        return np.full_like(codes, limited.min())

    def _has_room(self, codes: NDArray[np.int64], total: int | None) -> bool:
        """Return whether there is room for as many changes of level."""
        budget = self._budget(total)
        size = len(changes_to_bytes(levels_of(codes)))
        return budget is None or size <= _SHARE_OF_LEVELS * budget

    def _budget(self, total: int | None) -> int | None:
        """Return the most bytes of the next chunk; None for any number."""
        if self._bitrate is None:
            return None
        budget = int(min(self._bitrate * self._seconds(total), _UNLIMITED_BITS)) // 8
        if total is None:
            budget -= self._reserve
        return budget - self._writer.size

    def _too_low(
        self, frames: int, levels: tuple[Level, ...], total: int | None
    ) -> BitrateTooLowError:
        size = self._writer.size + chunk_bytes(levels, self._coder.least_bytes(frames), total)
        if total is None:
            size += self._reserve
        seconds = self._seconds(total)
        return BitrateTooLowError(
            f"A bit rate of {self._bitrate:g} bit/s is too low for the first {seconds:.3g} s with"
            f" this model; ask for {math.ceil(8 * size / seconds)} bit/s or more."
        )

    def _seconds(self, total: int | None) -> float:
        """Return the duration of what was given so far."""
        if total is None:
            return self._coded_samples / SAMPLE_RATE
        return max(total / self._sample_rate, self._shortest_seconds)


def at_speech_level(magnitude: Magnitude, codes: NDArray[np.int64]) -> Magnitude:
    """Return the magnitude [frames, 257] of a signal with levels [frames] at the speech level."""
    # To raise silence would only raise rounding noise.
    gains = np.where(codes == LOWEST_LEVEL_CODE, 1.0, gains_to_speech_level(codes))
    return magnitude * gains.astype(np.float32)[:, None]


def send_blocks(
    sender: Sender,
    blocks: Iterable[NDArray[np.float32]],
    track: LevelTrack | None,
    total: Callable[[], int],
) -> Iterator[CodedLogMel]:
    """Code a recording; yield what became of each chunk as soon as it is written.

    Args:
        sender: takes the chunks.
        blocks: of [n] samples at 16 kHz, as `high_passed` gives them.
        track: of the level of all of them; None for what is to be followed as it comes.
        total: gives the samples of the recording at its own rate, once all blocks have come.

    Raises:
        BitrateTooLowError: as `Sender.send`.
    """
    levels = LevelTrack(_LIVE_MEMORY_SECONDS) if track is None else track
    frame = 0
    for piece in cut(blocks, sender.chunk_samples):
        if track is None:
            levels.add(piece.samples)
        codes = levels.codes(frame, piece.frames)
        yield sender.send(piece, codes, total() if piece.last else None)
        frame += piece.frames


@dataclass(frozen=True)
class Encoded:
    """A file and how it was found.

    Attributes:
        data: bytes of the .gac file.
        payload_bits: of the coded chunks, without header, sizes and checksums.
        ideal_bits, start_objective, objective: see `CodedLogMel`.
    """

    data: bytes
    payload_bits: int
    ideal_bits: float
    start_objective: float | None
    objective: float | None


def encode_speech(model: TrainedCodec, speech: NDArray[np.float32], coding: Coding) -> Encoded:
    """Compress `speech` ([n], 16 kHz, at its own level) to a .gac file.

    Raises:
        BitrateTooLowError: not even the shortest payload keeps to the bit rate.
    """
    file = io.BytesIO()
    filtered = np.concatenate([speech[:0], *high_passed([speech])])
    track = LevelTrack()
    track.add(filtered)
    sender = Sender(model, file, SAMPLE_RATE, coding)
    chunks = list(send_blocks(sender, [filtered], track, lambda: len(speech)))
    return Encoded(
        data=file.getvalue(),
        payload_bits=sum(8 * len(chunk.payload) for chunk in chunks),
        ideal_bits=sum(chunk.ideal_bits for chunk in chunks),
        start_objective=_mean(chunks, [chunk.start_objective for chunk in chunks]),
        objective=_mean(chunks, [chunk.objective for chunk in chunks]),
    )


def _mean(chunks: Sequence[CodedLogMel], objectives: Sequence[float | None]) -> float | None:
    """Return the mean over the frames of the chunks that have an objective."""
    pairs = zip(chunks, objectives, strict=True)
    known = [(len(chunk.log_mel), value) for chunk, value in pairs if value is not None]
    if not known:
        return None
    frames, values = zip(*known, strict=True)
    return float(np.average(values, weights=frames))
