"""The sender: from speech to the chunks of a .gac file."""

import io
import math
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.codec.chunk_coder import CodedLogMel
from gan_audio_compression.codec.coding import Coding
from gan_audio_compression.codec.container.chunk import FRAMING_BYTES
from gan_audio_compression.codec.container.header import Header
from gan_audio_compression.codec.container.writer import ContainerWriter, largest_payload
from gan_audio_compression.codec.kinds import Model, sending_coder
from gan_audio_compression.codec.search.errors import BitrateTooLowError
from gan_audio_compression.signal.analysis import piece_log_mel
from gan_audio_compression.signal.chunks import cut
from gan_audio_compression.signal.level import corrected_level
from gan_audio_compression.signal.spec import SAMPLE_RATE
from gan_audio_compression.signal.torch_state import own_torch_state

CHUNK_SEGMENTS = 16
"""Segments in a chunk where the whole recording is at hand: 16.384 s."""

# More than any file has, so that an infinite bit rate is a number of bits too.
_UNLIMITED_BITS = 2.0**60


class Sender:
    """Codes log mels chunk by chunk into a file object.

    Args:
        model: the codec.
        file: takes the bytes; the header is written at once.
        sample_rate: of the recording, in Hz; the receiver goes back to it.
        coding: how to search and code.
        chunk_segments: segments of 1.024 s in a chunk, a power of two up to 16.
    """

    def __init__(
        self,
        model: Model,
        file: BinaryIO,
        sample_rate: int,
        coding: Coding,
        chunk_segments: int = CHUNK_SEGMENTS,
    ) -> None:
        header = Header(model.fingerprint, sample_rate, coding.coder, chunk_segments)
        self.chunk_samples = header.chunk_samples
        self._bitrate = model.bitrate if coding.bitrate is None else coding.bitrate
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

    def send(
        self, log_mel: Tensor, samples: int, level_code: int, total: int | None = None
    ) -> CodedLogMel:
        """Search, code and write the next chunk.

        Args:
            log_mel: [frames, 128] of the chunk, in nepers, at the project's speech level.
            samples: that it covers at 16 kHz.
            level_code: what the level was; what the generator loses of it is added.
            total: with the last chunk, samples of the recording at its own rate.

        Raises:
            BitrateTooLowError: not even the shortest payload keeps to the bit rate.
        """
        self._coded_samples += samples
        with own_torch_state():
            coded = self._coder.encode(log_mel, self._room(total))
            if coded is None:
                raise self._too_low(len(log_mel), total)
            sent_level = corrected_level(level_code, log_mel, coded.log_mel)
        self._writer.write(sent_level, coded.payload, total)
        return coded

    def _room(self, total: int | None) -> int | None:
        """Return the most bytes of the next payload, -1 where not even an empty one fits."""
        if self._bitrate is None:
            return None
        budget = int(min(self._bitrate * self._seconds(total), _UNLIMITED_BITS)) // 8
        if total is None:
            budget -= self._reserve
        return largest_payload(budget - self._writer.size, total)

    def _too_low(self, frames: int, total: int | None) -> BitrateTooLowError:
        size = self._writer.size + FRAMING_BYTES + self._coder.least_bytes(frames)
        if total is None:
            size += self._reserve
        seconds = self._seconds(total)
        return BitrateTooLowError(
            f"A bit rate of {self._bitrate:g} bit/s is too low for the first {seconds:.3g} s with"
            f" this model; ask for {math.ceil(8 * size / seconds)} bit/s or more."
        )

    def _seconds(self, total: int | None) -> float:
        """Return the duration of what was given so far."""
        return self._coded_samples / SAMPLE_RATE if total is None else total / self._sample_rate


@dataclass(frozen=True)
class Encoded:
    """A file and how it was found; means are over the utterance's frames.

    Attributes:
        data: bytes of the .gac file.
        payload_bits: of the coded chunks, without header, sizes and checksums.
        ideal_bits, start_objective, objective: see `CodedLogMel`.
    """

    data: bytes
    payload_bits: int
    ideal_bits: float
    start_objective: float
    objective: float


def encode_speech(
    model: Model, speech: NDArray[np.float32], level_code: int, coding: Coding
) -> Encoded:
    """Compress `speech` ([n], 16 kHz, at the project's speech level) to a .gac file.

    Args:
        model: the codec.
        speech: what `signal.level.normalise_level` gave.
        level_code: what it gave beside.
        coding: how to search and code.

    Raises:
        BitrateTooLowError: not even the shortest payload keeps to the bit rate.
    """
    file = io.BytesIO()
    sender = Sender(model, file, SAMPLE_RATE, coding)
    chunks = [
        sender.send(
            piece_log_mel(piece, 0.0, 1.0),
            piece.size,
            level_code,
            len(speech) if piece.last else None,
        )
        for piece in cut([speech], sender.chunk_samples)
    ]
    weights = [len(chunk.log_mel) for chunk in chunks]
    return Encoded(
        data=file.getvalue(),
        payload_bits=sum(8 * len(chunk.payload) for chunk in chunks),
        ideal_bits=sum(chunk.ideal_bits for chunk in chunks),
        start_objective=float(np.average([c.start_objective for c in chunks], weights=weights)),
        objective=float(np.average([c.objective for c in chunks], weights=weights)),
    )
