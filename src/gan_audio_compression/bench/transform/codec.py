"""The transform codec of the bench: from a wave to a .klt file of a bit rate, and back."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.bench.codec import CodecFailedError, Coded, Decoded, Wave
from gan_audio_compression.bench.transform.contexts import classes_at
from gan_audio_compression.bench.transform.header import HEADER_BYTES, MOST_SAMPLES, Header
from gan_audio_compression.bench.transform.lapped import block_count
from gan_audio_compression.bench.transform.model import STEPS, TransformModel, step_size
from gan_audio_compression.bench.transform.quantiser import dequantise, quantise
from gan_audio_compression.bench.transform.symbols import SymbolCoder
from gan_audio_compression.component import code_digest, described
from gan_audio_compression.entropy.errors import CorruptPayloadError
from gan_audio_compression.signal.analysis import centred_magnitude, frame_count, log_mel_of
from gan_audio_compression.signal.level import (
    gain_to_speech_level,
    normalise_level,
)
from gan_audio_compression.signal.level_loss import corrected_levels
from gan_audio_compression.signal.spec import SAMPLE_RATE
from gan_audio_compression.signal.synthesis import Synthesiser

# Frames whose phase is found at once: 16 s, so that memory does not grow with the recording.
_SYNTHESIS_FRAMES = 2048


@dataclass(frozen=True)
class TransformCodec:
    """KLT over mel bands, MDCT over time, uniform quantiser, arithmetic coder, Griffin-Lim.

    A file has the finest step with which it keeps to the bit rate, headers and all. Where not
    even the coarsest does, as with a fraction of a second, it has that step and is longer.

    Attributes:
        model: the fitted codec.
        bitrate: most bits of a file for each second of speech.

    Raises:
        ValueError: the bit rate is not a positive number.
    """

    model: TransformModel
    bitrate: float

    def __post_init__(self) -> None:
        if not 0 < self.bitrate < float("inf"):
            raise ValueError(f"a bit rate must be positive and finite, not {self.bitrate}.")

    @property
    def suffix(self) -> str:
        """See `BenchCodec.suffix`."""
        return ".klt"

    @property
    def how_to_get(self) -> str:
        """See `BenchCodec.how_to_get`."""
        return "part of this project; `kedro run` fits it to the training speech"

    @property
    def has_delay(self) -> bool:
        """See `BenchCodec.has_delay`."""
        return False

    def version(self) -> str:
        """Return the name of the codec and the beginning of its model's digest."""
        return f"KLT transform codec 1, model {self.model.digest[:8]}"

    @property
    def recipe(self) -> Mapping[str, Any]:
        """See `BenchCodec.recipe`."""
        code = code_digest("audio", "bench", "entropy", "signal")
        return described(self) | {"model": self.model.digest, "code": code}

    def encode(self, speech: Wave) -> Coded:
        """Return the .klt file of a wave [n].

        Raises:
            CodecFailedError: the wave is empty, too long, not mono or not finite.
        """
        _check_speech(speech)
        normalised, level_code = normalise_level(speech)
        magnitude = centred_magnitude(normalised)
        log_mel = log_mel_of(magnitude)
        coefficients = self.model.coefficients(log_mel)
        room = int(self.bitrate * len(speech) / SAMPLE_RATE) // 8 - HEADER_BYTES
        index, payload = self._finest(coefficients, room)
        decoded = self._log_mel(index, payload, len(log_mel))
        corrected = corrected_levels(np.full(len(log_mel), level_code), magnitude, decoded)
        header = Header(index, max(0, int(corrected[0])), len(speech))
        return Coded(header.file(self.model, payload), 8 * len(payload))

    def decode(self, data: bytes) -> Decoded:
        """Return the wave of a .klt file, as long and as loud as the recording: no delay.

        Raises:
            CodecFailedError: the data is no .klt file of this model, or damaged.
        """
        header, payload = Header.split(data, self.model)
        try:
            log_mel = self._log_mel(header.step_index, payload, frame_count(header.samples))
        except CorruptPayloadError as error:
            raise CodecFailedError(str(error)) from error
        gain = gain_to_speech_level(header.level_code)
        synthesiser = Synthesiser()
        pieces = np.split(log_mel, range(_SYNTHESIS_FRAMES, len(log_mel), _SYNTHESIS_FRAMES))
        speech = [synthesiser.feed(piece, np.full((len(piece), 1), gain)) for piece in pieces]
        wave = np.concatenate([*speech, synthesiser.finish(header.samples)])
        return Decoded(wave, log_mel.astype(np.float32))

    @cached_property
    def _coder(self) -> SymbolCoder:
        return SymbolCoder(self.model.tables)

    def _finest(self, coefficients: NDArray[np.float64], room: int) -> tuple[int, bytes]:
        """Return the finest step whose payload has at most `room` bytes, and that payload.

        The coarsest stands in where none has.
        """

        @cache
        def payload(index: int) -> bytes:
            classes = classes_at(self.model.spread, index)
            return self._coder.encode(quantise(coefficients, step_size(index), classes), classes)

        index = bisect_left(range(STEPS - 1), True, key=lambda i: len(payload(i)) <= room)
        return index, payload(index)

    def _log_mel(self, index: int, payload: bytes, frames: int) -> NDArray[np.float64]:
        classes = classes_at(self.model.spread, index)
        symbols = self._coder.decode(payload, classes, block_count(frames))
        return self.model.log_mel(dequantise(symbols, step_size(index)), frames)


def _check_speech(speech: Wave) -> None:
    if speech.ndim != 1 or not 1 <= len(speech) <= MOST_SAMPLES:
        raise CodecFailedError(
            f"the transform codec takes mono waves of 1 to {MOST_SAMPLES} samples, not of shape"
            f" {speech.shape}; cut the recording."
        )
    if not np.isfinite(speech).all():
        raise CodecFailedError("the speech has samples that are not finite; mend the recording.")
