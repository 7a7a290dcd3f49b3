"""Speex (RFC 5574), the CELP codec of the paper, by speexenc and speexdec."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from gan_audio_compression.bench.codec import Coded, Decoded, Wave
from gan_audio_compression.bench.ogg import speech_packets
from gan_audio_compression.bench.pcm import pcm_of, to_pcm, to_speech, wav_file
from gan_audio_compression.bench.program import Program
from gan_audio_compression.component import code_digest, described

_ENCODER = Program("speexenc", "speex")
_DECODER = Program("speexdec", "speex")
_SAMPLE_RATES = {"narrow": 8_000, "wide": 16_000}
_BIT_RATES = {"narrow": (2_150, 24_600), "wide": (3_950, 42_200)}
_OPTIONS = {"narrow": "--narrowband", "wide": "--wideband"}
_MAGIC = b"Speex   "


@dataclass(frozen=True)
class SpeexCodec:
    """Speex at a constant bit rate, 20 ms a frame.

    Attributes:
        band: narrow (8 kHz) or wide (16 kHz).
        bitrate: in bit/s, 2150 .. 24600 in narrow band, 3950 .. 42200 in wide band; Speex takes
            the highest of its rates that does not exceed it.
    """

    band: Literal["narrow", "wide"]
    bitrate: int = 8_000

    suffix: ClassVar[str] = ".spx"
    how_to_get: ClassVar[str] = _ENCODER.how_to_get
    has_delay: ClassVar[bool] = True

    def __post_init__(self) -> None:
        lowest, highest = _BIT_RATES[self.band]
        if not lowest <= self.bitrate <= highest:
            raise ValueError(
                f"Speex in {self.band} band codes speech with {lowest} to {highest} bit/s,"
                f" not with {self.bitrate}."
            )

    def version(self) -> str:
        """See `BenchCodec.version`."""
        return _ENCODER.first_line("--version")

    @property
    def recipe(self) -> Mapping[str, Any]:
        """See `BenchCodec.recipe`."""
        return described(self) | {"version": self.version(), "code": code_digest("audio", "bench")}

    def encode(self, speech: Wave) -> Coded:
        """See `BenchCodec.encode`."""
        options = (_OPTIONS[self.band], "--bitrate", str(self.bitrate))
        sample_rate = _SAMPLE_RATES[self.band]
        wav = wav_file(to_pcm(speech, sample_rate), sample_rate)
        data = _ENCODER.convert(options, wav, "speech.wav", "coded.spx")
        return Coded(data, self.payload_bits(data))

    def decode(self, data: bytes) -> Decoded:
        """See `BenchCodec.decode`."""
        speech_packets(data, _MAGIC)
        pcm = _DECODER.convert((), data, "coded.spx", "speech.raw")
        return Decoded(to_speech(pcm_of(pcm), _SAMPLE_RATES[self.band]))

    def payload_bits(self, data: bytes) -> int:
        """Return the bits of the coded frames in a file, without headers, pages and frame tags.

        Raises:
            CodecFailedError: the data is not a file of this codec.
        """
        return 8 * sum(map(len, speech_packets(data, _MAGIC)))
