"""The codecs of this project as codecs of the bench: speech to .gac files and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from gan_audio_compression.bench.codec import Coded, Decoded, Wave
from gan_audio_compression.codec.coding import CoderName, Coding
from gan_audio_compression.codec.receiver import decode_file
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.presets import search_config
from gan_audio_compression.codec.sender import encode_speech
from gan_audio_compression.codec.trained_codec import TrainedCodec
from gan_audio_compression.component import code_digest, described

_CODE = ("audio", "bench", "codec", "entropy", "networks", "signal")
_LIBRARIES = ("constriction", "numpy", "soxr", "torch")


@dataclass(frozen=True)
class GacCodec:
    """A segment or sequence codec with one search at one bit rate.

    Attributes:
        model: the codec.
        bitrate: most bits of a file for each second of speech; None for the model's own rate.
        effort: of the model's own search, 0 (the encoder alone) to 9.
        search: another search in its place; None for the model's own.
        coder: the entropy coder.

    Raises:
        BitrateTooLowError: the bit rate is not a positive number.
        SearchError: the effort is unknown.
    """

    model: TrainedCodec
    bitrate: float | None = None
    effort: int = 0
    search: SearchConfig | None = None
    coder: CoderName = "arithmetic"

    def __post_init__(self) -> None:
        _ = self.coding

    @property
    def coding(self) -> Coding:
        """How it searches and codes."""
        search = self.search or search_config(self.model.strategy, self.effort)
        return Coding(search, self.coder, self.bitrate)

    @property
    def suffix(self) -> str:
        """See `BenchCodec.suffix`."""
        return ".gac"

    @property
    def how_to_get(self) -> str:
        """See `BenchCodec.how_to_get`."""
        return "part of this project"

    @property
    def has_delay(self) -> bool:
        """See `BenchCodec.has_delay`."""
        return False

    def version(self) -> str:
        """Return the kind of codec, the beginning of its model's digest, and how it searches."""
        search = self.coding.search
        return (
            f"{self.model.kind} codec, model {self.model.digest[:8]},"
            f" {search.strategy.replace('_', ' ')}, {search.iterations} iterations"
        )

    @property
    def recipe(self) -> Mapping[str, Any]:
        """See `BenchCodec.recipe`."""
        return described(self) | {
            "model": self.model.digest,
            "model_settings": dict(self.model.settings),
            "code": code_digest(*_CODE),
            "libraries": {name: metadata.version(name) for name in _LIBRARIES},
        }

    def encode(self, speech: Wave) -> Coded:
        """Return the .gac file of `speech` [n], its code length, and what a search minimised.

        Raises:
            BitrateTooLowError: the model cannot go as low.
        """
        encoded = encode_speech(self.model, speech, self.coding)
        figures = {"ideal_bits": encoded.ideal_bits}
        if encoded.start_objective is not None and encoded.objective is not None:
            figures |= {
                "start_objective": encoded.start_objective,
                "objective": encoded.objective,
            }
        return Coded(encoded.data, encoded.payload_bits, figures)

    def decode(self, data: bytes) -> Decoded:
        """Return the speech [n] of a .gac file, as long and as loud as the recording: no delay.

        Raises:
            BitstreamError: the bytes are no such file, damaged, newer or of another model.
        """
        decoded = decode_file(self.model, data)
        return Decoded(decoded.speech, decoded.log_mel)
