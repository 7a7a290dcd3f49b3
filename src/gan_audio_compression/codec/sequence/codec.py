"""Speech to .gac files and back, by the codec over time at one bit rate."""

import io
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray

from gan_audio_compression.codec.container.chunk import Chunk, LostChunk
from gan_audio_compression.codec.container.errors import CorruptError
from gan_audio_compression.codec.container.header import Header, check_model
from gan_audio_compression.codec.container.reader import ContainerReader
from gan_audio_compression.codec.container.writer import ContainerWriter, largest_payload
from gan_audio_compression.codec.search.errors import BitrateTooLowError
from gan_audio_compression.codec.sequence.model import (
    QUALITIES,
    SequenceModel,
    fixed_point_quality,
)
from gan_audio_compression.entropy.errors import CorruptPayloadError
from gan_audio_compression.networks.sequence import LATENT_FRAMES
from gan_audio_compression.signal.analysis import piece_log_mel
from gan_audio_compression.signal.chunks import Piece, cut
from gan_audio_compression.signal.level import (
    corrected_level,
    gain_to_speech_level,
    normalise_level,
)
from gan_audio_compression.signal.spec import HOP, SAMPLE_RATE
from gan_audio_compression.signal.synthesis import Synthesiser

Wave = NDArray[np.float32]

_CHUNK_SEGMENTS = 16
_CODER = "arithmetic"


@dataclass(frozen=True)
class SequenceCodec:
    """Codes each chunk of 16.384 s with the finest quality that keeps to the bit rate.

    A payload is a byte, the quality, and the symbols coded by the prior.

    Attributes:
        model: the codec.
        bitrate: most bits of a file for each second of speech.
    """

    model: SequenceModel
    bitrate: float

    @property
    def suffix(self) -> str:
        """What the names of its files end with."""
        return ".gac"

    @property
    def nominal_kbit_s(self) -> float:
        """The bit rate that it is asked for."""
        return self.bitrate / 1000

    @property
    def how_to_get(self) -> str:
        """Where it comes from."""
        return "part of this project"

    def version(self) -> str:
        """Return the name of the codec and the beginning of its model's digest."""
        return f"sequence codec, model {self.model.digest[:8]}"

    def encode(self, speech: Wave) -> bytes:
        """Return the .gac file of `speech` [n], at 16 kHz and the speaker's own level.

        Raises:
            BitrateTooLowError: not even the coarsest quality keeps to the bit rate.
        """
        file = io.BytesIO()
        header = Header(self.model.fingerprint, SAMPLE_RATE, _CODER, _CHUNK_SEGMENTS)
        writer = ContainerWriter(file, header)
        normalised, level_code = normalise_level(speech)
        coded = 0
        for piece in cut([normalised], header.chunk_samples):
            coded += piece.size
            total = coded if piece.last else None
            room = largest_payload(
                int(self.bitrate * coded / SAMPLE_RATE) // 8 - writer.size, total
            )
            level, payload = self._chunk(piece, level_code, room)
            writer.write(level, payload, total)
        return file.getvalue()

    def decode(self, data: bytes) -> Wave:
        """Return the speech [n] of a .gac file at 16 kHz, as long and as loud as the recording.

        Raises:
            BitstreamError: the bytes are no such file, damaged, newer or of another model.
        """
        reader = ContainerReader(io.BytesIO(data))
        check_model(reader.header, self.model.fingerprint)
        synthesiser, pieces, samples = Synthesiser(), [], 0
        for chunk in reader.chunks():
            assert not isinstance(chunk, LostChunk)
            samples += chunk.samples
            gain = gain_to_speech_level(chunk.level_code)
            pieces.append(synthesiser.feed(self._log_mel(chunk), gain))
        return torch.cat([*pieces, synthesiser.finish(samples)]).numpy()

    def payload_bits(self, data: bytes) -> int:
        """Return the bits of the coded chunks in a file, without header, sizes and checksums."""
        chunks = ContainerReader(io.BytesIO(data)).chunks()
        return 8 * sum(len(chunk.payload) for chunk in chunks if isinstance(chunk, Chunk))

    def _chunk(self, piece: Piece, level_code: int, room: int) -> tuple[int, bytes]:
        """Return the level and the payload of the finest quality with at most `room` bytes."""
        log_mel = piece_log_mel(piece, 0.0, 1.0)

        @cache
        def coded(quality: int) -> tuple[NDArray[np.int64], bytes]:
            symbols = self.model.symbols(log_mel, quality)
            told = fixed_point_quality(quality)
            return symbols, bytes([quality]) + self.model.prior.encode(symbols, told)

        finer = bisect_right(range(QUALITIES), room, key=lambda quality: len(coded(quality)[1]))
        if finer == 0:
            raise BitrateTooLowError(
                f"{self.bitrate:g} bit/s leave {room} bytes for {piece.size / SAMPLE_RATE:.2f} s of"
                f" speech, which takes {len(coded(0)[1])} at the least; ask for a higher bit rate."
            )
        symbols, payload = coded(finer - 1)
        generated = self.model.log_mel(symbols, finer - 1, len(log_mel))
        return corrected_level(level_code, log_mel, generated), payload

    def _log_mel(self, chunk: Chunk) -> torch.Tensor:
        """Return the log mel of a chunk; nothing but integers decides the symbols.

        Raises:
            CorruptError: its checksum is right, but it cannot be decoded.
        """
        frames = chunk.samples // HOP + (chunk.total is not None)
        try:
            quality = chunk.payload[0]
            if quality >= QUALITIES:
                raise CorruptPayloadError(f"there is no quality {quality}")
            symbols = self.model.prior.decode(
                chunk.payload[1:], -(-frames // LATENT_FRAMES), fixed_point_quality(quality)
            )
        except (CorruptPayloadError, IndexError) as error:
            raise CorruptError(
                f"chunk {chunk.index} of the .gac data cannot be decoded, though its checksum is"
                " right; get the file again."
            ) from error
        return self.model.log_mel(symbols, quality, frames)
