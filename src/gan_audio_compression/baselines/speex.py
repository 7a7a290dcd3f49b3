"""Speex (RFC 5574), the CELP codec of the paper, by speexenc and speexdec."""

from dataclasses import dataclass
from typing import Literal

from gan_audio_compression.baselines.codec import Wave
from gan_audio_compression.baselines.ogg import speech_packets
from gan_audio_compression.baselines.pcm import pcm_of, to_pcm, to_speech, wav_file
from gan_audio_compression.baselines.program import Program

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

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    band: Literal["narrow", "wide"]
    bitrate: int = 8_000
    kind: Literal["speex"] = "speex"

    def __post_init__(self) -> None:
        lowest, highest = _BIT_RATES[self.band]
        if not lowest <= self.bitrate <= highest:
            raise ValueError(
                f"Speex in {self.band} band codes speech with {lowest} to {highest} bit/s,"
                f" not with {self.bitrate}."
            )

    @property
    def suffix(self) -> str:
        """See `BaselineCodec.suffix`."""
        return ".spx"

    @property
    def nominal_kbit_s(self) -> float:
        """See `BaselineCodec.nominal_kbit_s`."""
        return self.bitrate / 1000

    @property
    def how_to_get(self) -> str:
        """See `BaselineCodec.how_to_get`."""
        return f"Debian package {_ENCODER.package}"

    def version(self) -> str:
        """See `BaselineCodec.version`."""
        return _ENCODER.first_line("--version")

    def encode(self, speech: Wave) -> bytes:
        """See `BaselineCodec.encode`."""
        options = (_OPTIONS[self.band], "--bitrate", str(self.bitrate))
        sample_rate = _SAMPLE_RATES[self.band]
        wav = wav_file(to_pcm(speech, sample_rate), sample_rate)
        return _ENCODER.convert(options, wav, "speech.wav", "coded.spx")

    def decode(self, data: bytes) -> Wave:
        """See `BaselineCodec.decode`."""
        speech_packets(data, _MAGIC)
        pcm = _DECODER.convert((), data, "coded.spx", "speech.raw")
        return to_speech(pcm_of(pcm), _SAMPLE_RATES[self.band])

    def payload_bits(self, data: bytes) -> int:
        """See `BaselineCodec.payload_bits`."""
        return 8 * sum(map(len, speech_packets(data, _MAGIC)))
