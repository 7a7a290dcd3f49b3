"""Opus (RFC 6716), by opus-tools."""

from dataclasses import dataclass
from typing import Literal

from gan_audio_compression.baselines.codec import Wave
from gan_audio_compression.baselines.ogg import speech_packets
from gan_audio_compression.baselines.pcm import SAMPLE_RATE, pcm_of, to_pcm, to_speech, wav_file
from gan_audio_compression.baselines.program import Program

_ENCODER = Program("opusenc", "opus-tools")
_DECODER = Program("opusdec", "opus-tools")
_LOWEST, _HIGHEST = 6_000, 256_000

_MAGIC = b"OpusHead"
_OPTIONS = (
    *("--quiet", "--hard-cbr", "--framesize", "20"),
    # The encoder's control OPUS_SET_APPLICATION with OPUS_APPLICATION_VOIP; by itself opusenc
    # chooses OPUS_APPLICATION_AUDIO, and its --speech is another control, a hint at the signal.
    *("--speech", "--set-ctl-int", "4000=2048"),
    # Equal speech gives equal files, without room for tags.
    *("--serial", "0", "--padding", "0"),
)


@dataclass(frozen=True)
class OpusCodec:
    """Opus tuned for speech (VOIP), constant bit rate, 20 ms a frame.

    Attributes:
        bitrate: in bit/s, 6000 .. 256000; a frame gets whole bytes, rounded down.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    bitrate: int
    kind: Literal["opus"] = "opus"

    def __post_init__(self) -> None:
        if not _LOWEST <= self.bitrate <= _HIGHEST:
            raise ValueError(
                f"Opus codes speech with {_LOWEST} to {_HIGHEST} bit/s, not with {self.bitrate}."
            )

    @property
    def suffix(self) -> str:
        """See `BaselineCodec.suffix`."""
        return ".opus"

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
        wav = wav_file(to_pcm(speech, SAMPLE_RATE), SAMPLE_RATE)
        options = (*_OPTIONS, "--bitrate", f"{self.nominal_kbit_s:g}")
        return _ENCODER.convert(options, wav, "speech.wav", "coded.opus")

    def decode(self, data: bytes) -> Wave:
        """See `BaselineCodec.decode`."""
        speech_packets(data, _MAGIC)
        options = ("--quiet", "--no-dither", "--rate", str(SAMPLE_RATE))
        pcm = _DECODER.convert(options, data, "coded.opus", "speech.raw")
        return to_speech(pcm_of(pcm), SAMPLE_RATE)

    def payload_bits(self, data: bytes) -> int:
        """See `BaselineCodec.payload_bits`."""
        return 8 * sum(map(len, speech_packets(data, _MAGIC)))
