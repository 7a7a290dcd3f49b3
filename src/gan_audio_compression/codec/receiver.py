"""The receiver: from the chunks of a .gac file, and the model alone, to speech."""

import io
import logging
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.codec.chunk_coder import Symbols
from gan_audio_compression.codec.container.chunk import Chunk, LostChunk, chunk_name
from gan_audio_compression.codec.container.errors import CorruptError, TruncatedError
from gan_audio_compression.codec.container.header import check_model
from gan_audio_compression.codec.container.levels import codes_of
from gan_audio_compression.codec.container.reader import ContainerReader
from gan_audio_compression.codec.kinds import receiving_coder
from gan_audio_compression.codec.trained_codec import TrainedCodec
from gan_audio_compression.entropy.errors import CorruptPayloadError
from gan_audio_compression.signal.level import gains_to_speech_level
from gan_audio_compression.signal.own_state import own_state
from gan_audio_compression.signal.spec import MEL_BANDS
from gan_audio_compression.signal.synthesis import Synthesiser

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class DecodedChunk:
    """What one chunk holds.

    Attributes:
        symbols: [latent frames, positions], in the order of the file; none of a lost chunk.
        log_mel: [frames, 128] float64 in nepers, at the project's speech level; -inf where lost.
        speech: [n] at 16 kHz and at the speaker's own level: what is ready now. It lags behind
            the chunk by some frames, so that the next one can join without a click.
    """

    symbols: Symbols
    log_mel: NDArray[np.float64]
    speech: NDArray[np.float32]


class Receiver:
    """Decodes a .gac file chunk by chunk.

    Args:
        model: the codec that made the file.
        file: where the bytes come from; it is read as far as the next chunk needs, never sought.
        conceal: make a damaged chunk silence and log a warning, instead of raising.

    Attributes:
        sample_rate: of the recording, in Hz.
        total: samples of the recording at that rate; None until the last chunk was decoded, and
            for good where it was lost.

    Raises:
        BitstreamError: the header is not one of a .gac file of this model.
    """

    def __init__(self, model: TrainedCodec, file: BinaryIO, conceal: bool = False) -> None:
        self._reader = ContainerReader(file)
        self._header = self._reader.header
        check_model(self._header, model.fingerprint)
        self._conceal = conceal
        self._model = model
        self._coder = receiving_coder(model, self._header.coder)
        self.sample_rate = self._header.sample_rate
        self.total: int | None = None

    @property
    def size(self) -> int:
        """Bytes of the file that were read so far."""
        return self._reader.size

    def chunks(self) -> Iterator[DecodedChunk]:
        """Yield what each chunk holds, as soon as its bytes are there.

        Raises:
            BitstreamError: a chunk is damaged and is not to be concealed.
        """
        with own_state():
            synthesiser = Synthesiser(self._model.magnitudes(), self._model.descent)
        samples = 0
        for chunk in self._reader.chunks(self._conceal):
            samples += chunk.samples
            self.total = chunk.total
            with own_state():
                symbols, log_mel, gains = self._decode(chunk)
                speech = synthesiser.feed(log_mel, gains)
                if chunk.total is not None:
                    speech = np.concatenate([speech, synthesiser.finish(samples)])
            yield DecodedChunk(symbols, log_mel, speech)
        if not samples:
            raise TruncatedError(
                "the .gac data ends after its header, so nothing can be made of it;"
                " get the whole file."
            )
        if self.total is None:
            # The end was lost: silence stands for its frame, and what waited for it comes now.
            symbols, log_mel = self._silence(1)
            with own_state():
                speech = synthesiser.feed(log_mel, np.ones((1, 1)))
                speech = np.concatenate([speech, synthesiser.finish(samples)])
            yield DecodedChunk(symbols, log_mel, speech)

    def _decode(
        self, chunk: Chunk | LostChunk
    ) -> tuple[Symbols, NDArray[np.float64], NDArray[np.float64]]:
        """Return symbols, log mel, and the gains [frames, 1] that were on the signal."""
        ones = np.ones((chunk.frames, 1))
        if isinstance(chunk, LostChunk):
            return *self._silence(chunk.frames), ones
        try:
            symbols, log_mel = self._coder.decode(chunk.payload, chunk.frames)
        except CorruptPayloadError as error:
            corrupt = CorruptError(
                f"{chunk_name(self._header, chunk.index)} of the .gac data cannot be decoded,"
                " though its checksum is right; get the file again."
            )
            if not self._conceal:
                raise corrupt from error
            logger.warning("%s", corrupt)
            return *self._silence(chunk.frames), ones
        gains = gains_to_speech_level(codes_of(chunk.levels, chunk.frames))
        return symbols, log_mel, gains[:, None]

    def _silence(self, frames: int) -> tuple[Symbols, NDArray[np.float64]]:
        symbols = np.zeros((0, self._coder.positions), np.int32)
        return symbols, np.full((frames, MEL_BANDS), -math.inf)


@dataclass(frozen=True)
class Decoded:
    """What a file holds.

    Attributes:
        log_mel: [frames, 128] in nepers, at the project's speech level.
        speech: [samples] at 16 kHz and at the speaker's own level.
    """

    log_mel: NDArray[np.float32]
    speech: NDArray[np.float32]


def decode_file(model: TrainedCodec, data: bytes) -> Decoded:
    """Decompress a whole .gac file.

    Raises:
        BitstreamError: the bytes are no such file, damaged, newer or of another model.
    """
    chunks = list(Receiver(model, io.BytesIO(data)).chunks())
    return Decoded(
        log_mel=np.concatenate([chunk.log_mel for chunk in chunks]).astype(np.float32),
        speech=np.concatenate([chunk.speech for chunk in chunks]),
    )
