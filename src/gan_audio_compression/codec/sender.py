"""The sender: from speech to the chunks of a .gac file."""

import io
import math
from dataclasses import dataclass
from typing import BinaryIO, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.codec.container.header import Header
from gan_audio_compression.codec.container.writer import ContainerWriter, largest_payload
from gan_audio_compression.codec.latent import column_contexts, column_count, to_columns
from gan_audio_compression.codec.model import CodecModel
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.errors import BitrateTooLowError
from gan_audio_compression.codec.search.problem import SearchResult
from gan_audio_compression.codec.search.rate import search_within
from gan_audio_compression.codec.search.run import search
from gan_audio_compression.entropy.coder import make_coder
from gan_audio_compression.signal.analysis import piece_log_mel
from gan_audio_compression.signal.chunks import cut
from gan_audio_compression.signal.level import corrected_level
from gan_audio_compression.signal.segments import frame_mask, join_segments
from gan_audio_compression.signal.spec import SAMPLE_RATE

Coder = Literal["arithmetic", "huffman"]

CHUNK_SEGMENTS = 16
"""Segments in a chunk where the whole recording is at hand: 16.384 s."""

# Most bytes of a chunk beside its payload: sizes, level and checksum.
_FRAMING_BYTES = 17
# More than any file has, so that an infinite bit rate is a number of bits too.
_UNLIMITED_BITS = 2.0**60


@dataclass(frozen=True)
class Coding:
    """How a sender finds and codes its symbols.

    Attributes:
        search: strategy, objective and effort.
        coder: the entropy coder.
        bitrate: most bits of the file for each second of the recording; None for as many as the
            levels take.

    Raises:
        BitrateTooLowError: the bit rate is not a positive number.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    search: SearchConfig
    coder: Coder = "arithmetic"
    bitrate: float | None = None

    def __post_init__(self) -> None:
        if self.bitrate is not None and not self.bitrate > 0:
            raise BitrateTooLowError(
                f"A bit rate of {self.bitrate} bit/s cannot be kept; give a positive number."
            )


@dataclass(frozen=True)
class CodedChunk:
    """What the sender put into one chunk.

    Attributes:
        symbols: [latent columns, positions], in the order of the file.
        frames: frames of the log mel that it holds.
        payload_bits: bits of its entropy-coded payload.
        ideal_bits: code length of the symbols under the model's tables.
        start_objective: F of the encoder's quantised latent, mean over the frames.
        objective: F of the symbols that were sent, likewise.
    """

    symbols: NDArray[np.int32]
    frames: int
    payload_bits: int
    ideal_bits: float
    start_objective: float
    objective: float


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
        model: CodecModel,
        file: BinaryIO,
        sample_rate: int,
        coding: Coding,
        chunk_segments: int = CHUNK_SEGMENTS,
    ) -> None:
        header = Header(model.fingerprint, sample_rate, coding.coder, chunk_segments)
        self.chunk_samples = header.chunk_samples
        self._model = model
        self._coding = coding
        self._coder = make_coder(coding.coder, model.tables)
        self._writer = ContainerWriter(file, header)
        self._sample_rate = sample_rate
        self._coded_samples = 0
        # A last chunk of one sample still costs a whole column, so that much is always kept back.
        self._reserve = _FRAMING_BYTES + len(self._payload(self._cheapest(1)))

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._writer.size

    def send(
        self, log_mel: Tensor, samples: int, level_code: int, total: int | None = None
    ) -> CodedChunk:
        """Search, code and write the next chunk.

        Args:
            log_mel: [frames, 128] of the chunk, in nepers, at the project's speech level.
            samples: that it covers at 16 kHz.
            level_code: what the level was; what the generator loses of it is added.
            total: with the last chunk, samples of the recording at its own rate.

        Raises:
            BitrateTooLowError: not even the most probable symbols keep to the bit rate.
        """
        self._coded_samples += samples
        if self._coding.bitrate is None:
            found = search(self._model, log_mel, self._coding.search)
            columns = to_columns(found.symbols, len(log_mel))
            payload = self._payload(columns)
        else:
            found, columns, payload = self._fitted(log_mel, self._coding.bitrate, total)
        level = corrected_level(level_code, log_mel, self._generated(found, len(log_mel)))
        self._writer.write(level, payload, total)
        start, objective = _means(found, len(log_mel))
        ideal_bits = self._code_length(columns)
        return CodedChunk(columns, len(log_mel), 8 * len(payload), ideal_bits, start, objective)

    def _generated(self, found: SearchResult, frames: int) -> Tensor:
        """Return the log mel [frames, 128] that the receiver will have."""
        latents = self._model.quantiser.values(found.symbols.to(self._model.device))
        with torch.no_grad():
            return join_segments(self._model.generate(latents).cpu(), frames)

    def _payload(self, columns: NDArray[np.int32]) -> bytes:
        return self._coder.encode(columns.ravel(), column_contexts(*columns.shape))

    def _code_length(self, columns: NDArray[np.int32]) -> float:
        return self._model.tables.code_length(columns.ravel(), column_contexts(*columns.shape))

    def _cheapest(self, columns: int) -> NDArray[np.int32]:
        """Return the most probable symbols [columns, positions]."""
        return np.tile(self._model.tables.counts.argmax(axis=1).astype(np.int32), (columns, 1))

    def _fitted(
        self, log_mel: Tensor, bitrate: float, total: int | None
    ) -> tuple[SearchResult, NDArray[np.int32], bytes]:
        """Search until the file so far keeps to the bit rate.

        The search counts ideal code lengths; a coder may need some bits more.
        """
        cheapest = self._cheapest(column_count(len(log_mel)))
        least_bits = self._code_length(cheapest)
        least_bytes = len(self._payload(cheapest))
        room = self._room(bitrate, total)
        bits = 8.0 * room
        while room >= least_bytes:
            allowed = max(bits, least_bits)
            found = search_within(self._model, log_mel, self._coding.search, allowed)
            columns = to_columns(found.symbols, len(log_mel))
            payload = self._payload(columns)
            if len(payload) <= room:
                return found, columns, payload
            if bits <= least_bits:
                break
            bits -= 8.0 * (len(payload) - room)
        raise self._too_low(bitrate, least_bytes, total)

    def _room(self, bitrate: float, total: int | None) -> int:
        """Return the most bytes of the next payload, -1 where not even an empty one fits."""
        budget = int(min(bitrate * self._seconds(total), _UNLIMITED_BITS)) // 8
        if total is None:
            budget -= self._reserve
        return largest_payload(budget - self._writer.size, total)

    def _too_low(self, bitrate: float, least_bytes: int, total: int | None) -> BitrateTooLowError:
        size = self._writer.size + _FRAMING_BYTES + least_bytes
        if total is None:
            size += self._reserve
        seconds = self._seconds(total)
        return BitrateTooLowError(
            f"A bit rate of {bitrate:g} bit/s is too low for the first {seconds:.3g} s with this"
            f" model; ask for {math.ceil(8 * size / seconds)} bit/s or more."
        )

    def _seconds(self, total: int | None) -> float:
        """Return the duration of what was given so far."""
        return self._coded_samples / SAMPLE_RATE if total is None else total / self._sample_rate


@dataclass(frozen=True)
class Encoded:
    """A file and how it was found; means are over the utterance's frames.

    Attributes:
        data: bytes of the .gac file.
        payload_bits, ideal_bits, start_objective, objective: see `CodedChunk`.
    """

    data: bytes
    payload_bits: int
    ideal_bits: float
    start_objective: float
    objective: float


def encode_speech(
    model: CodecModel, speech: NDArray[np.float32], level_code: int, coding: Coding
) -> Encoded:
    """Compress `speech` ([n], 16 kHz, at the project's speech level) to a .gac file.

    Args:
        model: the codec.
        speech: what `signal.level.normalise_level` gave.
        level_code: what it gave beside.
        coding: how to search and code.
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
    weights = [chunk.frames for chunk in chunks]
    return Encoded(
        data=file.getvalue(),
        payload_bits=sum(chunk.payload_bits for chunk in chunks),
        ideal_bits=sum(chunk.ideal_bits for chunk in chunks),
        start_objective=float(np.average([c.start_objective for c in chunks], weights=weights)),
        objective=float(np.average([c.objective for c in chunks], weights=weights)),
    )


def _means(found: SearchResult, frames: int) -> tuple[float, float]:
    """Return F at the start and at the end, each segment weighted by its real frames."""
    weights = frame_mask(frames).sum((1, 2, 3)) / frames
    return float((found.trace[0] * weights).sum()), float((found.objective * weights).sum())
