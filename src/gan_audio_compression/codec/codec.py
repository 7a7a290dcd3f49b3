"""The codec as others use it: audio to .gac bytes and back, whole or as it comes."""

import io
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self, Unpack

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.audio.errors import EmptyAudioError
from gan_audio_compression.audio.reader import AudioReader, require_rate
from gan_audio_compression.audio.writer import AudioWriter
from gan_audio_compression.codec.coding import Coding, EncodeOptions
from gan_audio_compression.codec.device import require_device
from gan_audio_compression.codec.kinds import Model
from gan_audio_compression.codec.models import DEFAULT_MODEL, open_model
from gan_audio_compression.codec.precision import Precision
from gan_audio_compression.codec.receiver import Receiver
from gan_audio_compression.codec.search.presets import DEFAULT_EFFORT, search_config
from gan_audio_compression.codec.sender import CHUNK_SEGMENTS, Sender
from gan_audio_compression.codec.streams import (
    CountedBlocks,
    at_rate,
    full_scale,
    measure,
    resampled,
)
from gan_audio_compression.signal.analysis import piece_log_mel
from gan_audio_compression.signal.chunks import cut
from gan_audio_compression.signal.level import LOWEST_LEVEL_CODE, Level, LevelMeter
from gan_audio_compression.signal.spec import SAMPLE_RATE

logger = logging.getLogger(__name__)

Wave = NDArray[np.float32]

LIVE_CHUNK_SEGMENTS = 4
"""Segments in a chunk of audio that is coded as it comes: 4.096 s, one batch of the search."""

_LIVE_MEMORY_SECONDS = 600.0


@dataclass(frozen=True)
class Coded:
    """How much was coded or decoded.

    Attributes:
        seconds: of the recording.
        size: of its .gac form, in bytes.
    """

    seconds: float
    size: int


class Codec:
    """Compresses speech to .gac data and back, with one model.

        codec = Codec.load()
        data = codec.encode(samples, 48_000, bitrate=1500)
        samples, sample_rate = codec.decode(data)

    Samples are float32 in [-1, 1]. The codec is made for speech of one speaker at a time; it works
    at 16 kHz inside, so what lies above 8 kHz is lost, and gives back the recording's sampling
    rate, length and level.

    A codec may be used by several threads at once, and in a process that was forked. It computes in
    one thread; to code on several processors, give recordings to several processes. The state of
    PyTorch, such as gradients, the default type or the seed, neither bears on it nor is changed.

    Every machine decodes a file to the same symbols. Those that `encode` finds may differ a little
    from one machine to the next: a search takes gradients in bfloat16 where the processor
    multiplies in it, and libraries round differently.

    What is wrong with audio, data, a model or a device is a `GanAudioCompressionError` whose
    message says what to do; arguments of a wrong type raise `TypeError` or `ValueError`.
    """

    def __init__(self, model: Model) -> None:
        self.model = model

    @classmethod
    def load(
        cls,
        name_or_path: str | Path = DEFAULT_MODEL,
        *,
        device: str = "cpu",
        precision: Precision = "float32",
    ) -> Self:
        """Open a model.

        Args:
            name_or_path: a model that ships with the package, or a model file.
            device: where its networks compute, such as "cpu", "cuda" or "cuda:1".
            precision: "float32" or "bfloat16". The symbols that a file decodes to never depend on
                it, their sound does by a little; the symbols that `encode` finds may.

        Raises:
            UnknownModelError: there is no model of that name.
            ModelFileError: the file is damaged or no model.
            DeviceError: the device is not there.
        """
        require_device(device)
        return cls(open_model(name_or_path).to(device, precision))

    def encode(
        self,
        samples: NDArray[np.floating],
        sample_rate: int,
        **options: Unpack[EncodeOptions],
    ) -> bytes:
        """Compress a recording.

        Args:
            samples: floats [n] or [n, channels] in [-1, 1]; channels are mixed down to their
                mean, and what lies beyond is clipped.
            sample_rate: in Hz, 1000 to 768000.
            options: see `EncodeOptions`.

        Returns:
            A .gac file.

        Raises:
            AudioError: there are no samples, or they are not such as above.
            BitrateTooLowError: the model cannot go as low; the message names a rate that works.
            SearchError: the search or effort is unknown.
        """
        sample_rate = require_rate(sample_rate)
        blocks = [full_scale(samples)]
        target = io.BytesIO()
        coding = self._coding(**options)
        self._send(blocks, sample_rate, target, coding, measure(blocks, sample_rate))
        return target.getvalue()

    def decode(
        self, data: bytes, *, sample_rate: int | None = None, conceal: bool = False
    ) -> tuple[Wave, int]:
        """Decompress a .gac file.

        Args:
            data: the file.
            sample_rate: of the result in Hz, 1000 to 768000; None for the recording's.
            conceal: make damaged parts silence and log a warning, instead of raising.

        Returns:
            Samples [n] in [-1, 1], and their sampling rate in Hz. At the recording's rate, n is
            the length of the recording. What would go beyond full scale is clipped, and a warning
            says how much.

        Raises:
            BitstreamError: the data is not a .gac file, damaged, newer or of another model; each
                has its own subclass.
            UnsupportedRateError: `sample_rate` is out of range.
        """
        receiver, rate = self._receiver(io.BytesIO(data), sample_rate, conceal)
        return np.concatenate(list(at_rate(receiver, rate))), rate

    def encode_file(
        self,
        source: BinaryIO,
        target: BinaryIO,
        **options: Unpack[EncodeOptions],
    ) -> Coded:
        """Compress an audio file, of any length in bounded memory.

        Args:
            source: audio in any format that libsndfile reads, at any rate. A WAV that comes
                through a pipe is coded as it comes, in chunks of 4.096 s; its level is then
                that of the last ten minutes, since nobody knows what follows.
            target: takes the .gac file, flushed after each chunk.
            options: see `EncodeOptions`.

        Raises:
            AudioError, BitrateTooLowError, SearchError: as `encode`.
        """
        coding = self._coding(**options)
        with AudioReader(source) as reader:
            if reader.channels > 1:
                logger.info("%d channels were mixed down to one.", reader.channels)
            level = measure(reader.blocks(), reader.sample_rate) if reader.rewindable else None
            return self._send(reader.blocks(), reader.sample_rate, target, coding, level)

    def encode_blocks(
        self,
        blocks: Iterable[NDArray[np.floating]],
        sample_rate: int,
        target: BinaryIO,
        **options: Unpack[EncodeOptions],
    ) -> Coded:
        """Compress samples as they come, such as from a microphone.

        Args:
            blocks: [n] or [n, channels] samples each, of any length.
            sample_rate: of them, in Hz.
            target: takes the .gac file, flushed after each chunk of 4.096 s.
            options: see `EncodeOptions`.

        Raises:
            AudioError, BitrateTooLowError, SearchError: as `encode`.
        """
        sample_rate = require_rate(sample_rate)
        coding = self._coding(**options)
        return self._send(map(full_scale, blocks), sample_rate, target, coding, None)

    def decode_file(
        self,
        source: BinaryIO,
        target: BinaryIO,
        *,
        format: str = "wav",
        sample_rate: int | None = None,
        conceal: bool = False,
    ) -> Coded:
        """Decompress a .gac file to an audio file, of any length in bounded memory.

        Args:
            source: the .gac file; it is read only as far as the next chunk needs.
            target: takes the audio. A pipe takes WAV alone, which can be heard as it comes.
            format: "wav" or "flac", both of 16 bits, or "ogg" (Vorbis).
            sample_rate, conceal: see `decode`.

        Raises:
            BitstreamError: as `decode`; `target` is incomplete then.
            AudioError: the format or the rate cannot be written.
        """
        receiver, rate = self._receiver(source, sample_rate, conceal)
        samples = 0
        with AudioWriter(target, rate, format) as writer:
            for block in at_rate(receiver, rate):
                writer.write(block)
                samples += len(block)
        return Coded(samples / rate, receiver.size)

    def decode_blocks(
        self, source: BinaryIO, *, sample_rate: int | None = None, conceal: bool = False
    ) -> tuple[Iterator[Wave], int]:
        """Decompress a .gac file as it comes.

        Args:
            source: the .gac file; it is read only as far as the next chunk needs.
            sample_rate, conceal: see `decode`.

        Returns:
            Blocks of samples [n], each as soon as its chunk is there, and their rate in Hz.

        Raises:
            BitstreamError: as `decode`; from the blocks, where a chunk is met that is damaged.
        """
        receiver, rate = self._receiver(source, sample_rate, conceal)
        return at_rate(receiver, rate), rate

    def _receiver(
        self, source: BinaryIO, sample_rate: int | None, conceal: bool
    ) -> tuple[Receiver, int]:
        """Return what decodes `source`, and the rate to resample to."""
        receiver = Receiver(self.model, source, conceal)
        rate = receiver.sample_rate if sample_rate is None else require_rate(sample_rate)
        return receiver, rate

    def _coding(
        self,
        search: str | None = None,
        effort: int = DEFAULT_EFFORT,
        bitrate: float | None = None,
    ) -> Coding:
        return Coding(search_config(search or self.model.strategy, effort), bitrate=bitrate)

    def _send(
        self,
        blocks: Iterable[Wave],
        sample_rate: int,
        target: BinaryIO,
        coding: Coding,
        level: Level | None,
    ) -> Coded:
        """Code blocks at their `level`, or at a running one where it is not known."""
        counted = CountedBlocks(blocks)
        meter = LevelMeter(_LIVE_MEMORY_SECONDS)
        segments = LIVE_CHUNK_SEGMENTS if level is None else CHUNK_SEGMENTS
        if level is not None and level.code == LOWEST_LEVEL_CODE:
            logger.warning("The recording is silent.")
        sender = Sender(self.model, target, sample_rate, coding, segments)
        for piece in cut(resampled(counted, sample_rate, SAMPLE_RATE), sender.chunk_samples):
            if level is None:
                meter.add(piece.samples)
            now = level or meter.level
            log_mel = piece_log_mel(piece, now.mean, now.gain)
            sender.send(log_mel, piece.size, now.code, counted.samples if piece.last else None)
            target.flush()
        if not counted.samples:
            raise EmptyAudioError("This audio has no samples; leave it out or record it again.")
        return Coded(counted.samples / sample_rate, sender.size)
