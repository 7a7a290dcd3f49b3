"""The codec as others use it: audio to .gac bytes and back, whole or as it comes."""

import io
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Self, Unpack

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.audio.errors import EmptyAudioError
from gan_audio_compression.audio.reader import AudioReader, require_rate
from gan_audio_compression.audio.writer import AudioWriter
from gan_audio_compression.codec.arguments import (
    bit_rate,
    require_bytes,
    require_file,
    whole_number,
)
from gan_audio_compression.codec.coding import Coding, EncodeOptions
from gan_audio_compression.codec.device import require_device
from gan_audio_compression.codec.hub import pretrained_path
from gan_audio_compression.codec.models import DEFAULT_MODEL, open_model
from gan_audio_compression.codec.precision import Precision, require_precision
from gan_audio_compression.codec.receiver import Receiver
from gan_audio_compression.codec.search.presets import DEFAULT_EFFORT, default_effort, search_config
from gan_audio_compression.codec.sender import (
    CHUNK_SEGMENTS,
    LIVE_CHUNK_SEGMENTS,
    Sender,
    send_blocks,
)
from gan_audio_compression.codec.streams import (
    CountedBlocks,
    DecodedBlocks,
    for_coding,
    measure,
    mixed_down,
)
from gan_audio_compression.codec.trained_codec import TrainedCodec
from gan_audio_compression.signal.level_track import LevelTrack
from gan_audio_compression.signal.spec import SAMPLE_RATE

logger = logging.getLogger(__name__)

Wave = NDArray[np.float32]


@dataclass(frozen=True)
class Coded:
    """How much was coded or decoded.

    Attributes:
        seconds: of the recording.
        size: of its .gac form, in bytes.
        lost: seconds of it that are silent, since they were damaged.
        is_whole: whether nothing of the audio file was lost, such as by a cut; see `AudioReader`.
    """

    seconds: float
    size: int
    lost: float = 0.0
    is_whole: bool = True


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

    def __init__(self, model: TrainedCodec) -> None:
        if isinstance(model, str | Path):
            raise TypeError(f"model is {str(model)!r}, a name; Codec.load opens a model by that.")
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
            ValueError: there is no such precision.
        """
        require_precision(precision)
        require_device(device)
        model = open_model(name_or_path)
        if (device, precision) != (model.device, model.precision):
            model = model.to(device, precision)
        return cls(model)

    @classmethod
    def from_pretrained(
        cls,
        name_or_path: str | Path,
        *,
        revision: str | None = None,
        device: str = "cpu",
        precision: Precision = "float32",
    ) -> Self:
        """Open a model of the Hugging Face hub, or of a folder that came from there.

        Args:
            name_or_path: a repository such as "user/model" or a folder, in which the file
                model.safetensors is taken; or what `load` takes.
            revision: branch, tag or commit of the repository; None for the newest.
            device, precision: see `load`.

        Raises:
            MissingPackageError: huggingface_hub is not installed.
            ModelFileError, DeviceError, ValueError: as `load`; or the hub has no such file, or
                cannot be reached.
        """
        path = pretrained_path(name_or_path, revision)
        return cls.load(path, device=device, precision=precision)

    def encode(
        self,
        samples: NDArray[np.floating],
        sample_rate: int,
        **options: Unpack[EncodeOptions],
    ) -> bytes:
        """Compress a recording.

        Args:
            samples: floats [n] or [n, channels] in [-1, 1]; channels are mixed down to their
                mean, and what lies beyond is clipped; a warning says how much.
            sample_rate: in Hz, 1000 to 768000.
            options: see `EncodeOptions`.

        Returns:
            A .gac file.

        Raises:
            AudioError: there are no samples, or they are not such as above.
            BitrateTooLowError: the model cannot go as low; the message names a rate that works.
            SearchError: the search or effort is unknown.
        """
        sample_rate = _rate(sample_rate)
        blocks = list(mixed_down([samples]))
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
            conceal: make damaged parts silence and log a warning, instead of raising; where not
                one part is sound, it raises all the same.

        Returns:
            Samples [n] in [-1, 1], and their sampling rate in Hz. At the recording's rate, n is
            the length of the recording. What would go beyond full scale is clipped, and a warning
            says how much.

        Raises:
            BitstreamError: the data is not a .gac file, damaged, newer or of another model; each
                has its own subclass.
            UnsupportedRateError: `sample_rate` is out of range.
        """
        require_bytes("data", data)
        blocks, rate = self._decoded(io.BytesIO(data), sample_rate, conceal)
        return np.concatenate(list(blocks)), rate

    def encode_file(
        self,
        source: BinaryIO,
        target: BinaryIO,
        **options: Unpack[EncodeOptions],
    ) -> Coded:
        """Compress an audio file, of any length in bounded memory.

        Args:
            source: audio in any format that libsndfile or an installed ffmpeg reads, at any
                rate. A WAV that comes through a pipe is coded as it comes, in chunks of 4.096 s;
                its level is then that of the last ten minutes, since nobody knows what follows.
                Of a file that is cut or damaged, what is there is coded, and a warning logged.
            target: takes the .gac file, flushed after each chunk.
            options: see `EncodeOptions`.

        Raises:
            AudioError, BitrateTooLowError, SearchError: as `encode`.
        """
        require_file("source", source, "rb")
        require_file("target", target, "wb")
        coding = self._coding(**options)
        with AudioReader(source) as reader:
            if reader.channels > 1:
                logger.info("%d channels were mixed down to one.", reader.channels)
            track = measure(reader.blocks(), reader.sample_rate) if reader.rewindable else None
            coded = self._send(reader.blocks(), reader.sample_rate, target, coding, track)
            return replace(coded, is_whole=reader.is_whole)

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
        require_file("target", target, "wb")
        sample_rate = _rate(sample_rate)
        coding = self._coding(**options)
        return self._send(mixed_down(blocks), sample_rate, target, coding, None)

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
        require_file("source", source, "rb")
        require_file("target", target, "wb")
        blocks, rate = self._decoded(source, sample_rate, conceal)
        with AudioWriter(target, rate, format) as writer:
            for block in blocks:
                writer.write(block)
        return Coded(blocks.samples / rate, blocks.size, blocks.lost_seconds)

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
        require_file("source", source, "rb")
        blocks, rate = self._decoded(source, sample_rate, conceal)
        return iter(blocks), rate

    def _decoded(
        self, source: BinaryIO, sample_rate: int | None, conceal: bool
    ) -> tuple[DecodedBlocks, int]:
        """Return what `source` holds, and its rate."""
        receiver = Receiver(self.model, source, conceal)
        rate = receiver.sample_rate if sample_rate is None else _rate(sample_rate)
        return DecodedBlocks(receiver, rate), rate

    def _coding(
        self,
        search: str | None = None,
        effort: int | None = None,
        bitrate: float | None = None,
    ) -> Coding:
        effort = default_effort() if effort is None else effort
        number = whole_number("effort", effort, DEFAULT_EFFORT)
        config = search_config(search or self.model.strategy, number)
        return Coding(config, bitrate=None if bitrate is None else bit_rate(bitrate))

    def _send(
        self,
        blocks: Iterable[Wave],
        sample_rate: int,
        target: BinaryIO,
        coding: Coding,
        track: LevelTrack | None,
    ) -> Coded:
        """Code blocks whose level has been followed, or follow it as they come."""
        counted = CountedBlocks(blocks)
        segments = LIVE_CHUNK_SEGMENTS if track is None else CHUNK_SEGMENTS
        sender = Sender(self.model, target, sample_rate, coding, segments)
        pieces = for_coding(counted, sample_rate)
        for _ in send_blocks(sender, pieces, track, lambda: counted.samples):
            target.flush()
        if not counted.samples:
            raise EmptyAudioError("This audio has no samples; leave it out or record it again.")
        if track is not None and track.silent:
            logger.warning("The recording is silent.")
        return Coded(counted.samples / sample_rate, sender.size)


def _rate(sample_rate: int) -> int:
    return require_rate(whole_number("sample_rate", sample_rate, SAMPLE_RATE))
