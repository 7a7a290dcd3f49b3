"""Opus (RFC 6716), by opus-tools."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from gan_audio_compression.bench.codec import Coded, Decoded, Wave
from gan_audio_compression.bench.ogg import speech_packets
from gan_audio_compression.bench.pcm import SAMPLE_RATE, pcm_of, to_pcm, to_speech, wav_file
from gan_audio_compression.bench.program import Program
from gan_audio_compression.component import code_digest, described

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

    bitrate: int

    suffix: ClassVar[str] = ".opus"
    how_to_get: ClassVar[str] = _ENCODER.how_to_get
    has_delay: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not _LOWEST <= self.bitrate <= _HIGHEST:
            raise ValueError(
                f"Opus codes speech with {_LOWEST} to {_HIGHEST} bit/s, not with {self.bitrate}."
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
        wav = wav_file(to_pcm(speech, SAMPLE_RATE), SAMPLE_RATE)
        options = (*_OPTIONS, "--bitrate", f"{self.bitrate / 1000:g}")
        data = _ENCODER.convert(options, wav, "speech.wav", "coded.opus")
        return Coded(data, self.payload_bits(data))

    def decode(self, data: bytes) -> Decoded:
        """See `BenchCodec.decode`."""
        speech_packets(data, _MAGIC)
        options = ("--quiet", "--no-dither", "--rate", str(SAMPLE_RATE))
        pcm = _DECODER.convert(options, data, "coded.opus", "speech.raw")
        return Decoded(to_speech(pcm_of(pcm), SAMPLE_RATE))

    def payload_bits(self, data: bytes) -> int:
        """Return the bits of the coded frames in a file, without headers, pages and frame tags.

        Raises:
            CodecFailedError: the data is not a file of this codec.
        """
        return 8 * sum(map(len, speech_packets(data, _MAGIC)))
