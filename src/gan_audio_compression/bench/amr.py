"""AMR (TS 26.071) and AMR-WB (TS 26.171), the codecs of mobile telephony, in files of RFC 4867."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from gan_audio_compression.bench.amr_library import (
    NARROW_BAND_DECODER,
    NARROW_BAND_ENCODER,
    WIDE_BAND_DECODER,
    WIDE_BAND_ENCODER,
    AmrDecoder,
    AmrEncoder,
)
from gan_audio_compression.bench.codec import CodecFailedError, Coded, Decoded, Wave
from gan_audio_compression.bench.library import SharedLibrary
from gan_audio_compression.bench.pcm import to_pcm, to_speech
from gan_audio_compression.component import code_digest, described

_FRAMES_A_SECOND = 50


@dataclass(frozen=True)
class _Band:
    """A band's sampling rate, file and libraries; its bit rates in the order of their modes."""

    sample_rate: int
    suffix: str
    magic: bytes
    bitrates: tuple[int, ...]
    encoder: AmrEncoder
    decoder: AmrDecoder

    @property
    def frame_samples(self) -> int:
        return self.sample_rate // _FRAMES_A_SECOND


_BANDS = {
    "narrow": _Band(
        8_000,
        ".amr",
        b"#!AMR\n",
        (4_750, 5_150, 5_900, 6_700, 7_400, 7_950, 10_200, 12_200),
        NARROW_BAND_ENCODER,
        NARROW_BAND_DECODER,
    ),
    "wide": _Band(
        16_000,
        ".awb",
        b"#!AMR-WB\n",
        (6_600, 8_850, 12_650, 14_250, 15_850, 18_250, 19_850, 23_050, 23_850),
        WIDE_BAND_ENCODER,
        WIDE_BAND_DECODER,
    ),
}


@dataclass(frozen=True)
class AmrCodec:
    """AMR at one bit rate, 20 ms a frame, without discontinuous transmission.

    Attributes:
        band: narrow (AMR, 8 kHz) or wide (AMR-WB, 16 kHz).
        bitrate: in bit/s, one of the codec's, such as 6700 in narrow and 6600 in wide band.
    """

    band: Literal["narrow", "wide"]
    bitrate: int

    def __post_init__(self) -> None:
        if self.bitrate not in self._band.bitrates:
            raise ValueError(
                f"AMR in {self.band} band has no {self.bitrate} bit/s;"
                f" use one of {list(self._band.bitrates)}."
            )

    @property
    def suffix(self) -> str:
        """See `BenchCodec.suffix`."""
        return self._band.suffix

    @property
    def how_to_get(self) -> str:
        """See `BenchCodec.how_to_get`."""
        packages = dict.fromkeys(library.package for library in self._libraries)
        return f"Debian packages {', '.join(packages)}"

    @property
    def has_delay(self) -> bool:
        """See `BenchCodec.has_delay`."""
        return True

    def version(self) -> str:
        """See `BenchCodec.version`."""
        return ", ".join(dict.fromkeys(library.version() for library in self._libraries))

    @property
    def recipe(self) -> Mapping[str, Any]:
        """See `BenchCodec.recipe`."""
        return described(self) | {"version": self.version(), "code": code_digest("audio", "bench")}

    def encode(self, speech: Wave) -> Coded:
        """See `BenchCodec.encode`."""
        samples = self._band.frame_samples
        pcm = to_pcm(speech, self._band.sample_rate, samples).reshape(-1, samples)
        data = self._band.magic + b"".join(self._band.encoder.frames(pcm, self._mode))
        return Coded(data, self.payload_bits(data))

    def decode(self, data: bytes) -> Decoded:
        """See `BenchCodec.decode`."""
        pcm = self._band.decoder.pcm(self._frames(data), self._band.frame_samples)
        return Decoded(to_speech(pcm, self._band.sample_rate))

    def payload_bits(self, data: bytes) -> int:
        """Return the bits of the coded frames in a file, without headers, pages and frame tags.

        Raises:
            CodecFailedError: the data is not a file of this codec.
        """
        return self._frame_bits * len(self._frames(data))

    @property
    def _band(self) -> _Band:
        return _BANDS[self.band]

    @property
    def _libraries(self) -> tuple[SharedLibrary, SharedLibrary]:
        return self._band.encoder.library, self._band.decoder.library

    @property
    def _mode(self) -> int:
        return self._band.bitrates.index(self.bitrate)

    @property
    def _frame_bits(self) -> int:
        return self.bitrate // _FRAMES_A_SECOND

    def _frames(self, data: bytes) -> list[bytes]:
        """The frames of a file (RFC 4867, section 5), all of this codec's mode.

        Raises:
            CodecFailedError: it is no such file, or cut off.
        """
        magic = self._band.magic
        size = 1 + -(-self._frame_bits // 8)
        frames = [data[start : start + size] for start in range(len(magic), len(data), size)]
        # Frame type, and "not damaged" (section 5.3).
        contents = bytes([self._mode << 3 | 1 << 2])
        whole = all(frame.startswith(contents) and len(frame) == size for frame in frames)
        if not (data.startswith(magic) and frames and whole):
            raise CodecFailedError(
                f"{len(data)} bytes are no whole {self.suffix} file of frames of"
                f" {self.bitrate} bit/s; code the speech again."
            )
        return frames
