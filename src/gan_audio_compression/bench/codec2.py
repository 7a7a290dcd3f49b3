"""Codec2, the open vocoder of digital radio, by c2enc and c2dec."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from gan_audio_compression.bench.codec import CodecFailedError, Coded, Decoded, Wave
from gan_audio_compression.bench.library import SharedLibrary
from gan_audio_compression.bench.pcm import pcm_of, to_pcm, to_speech
from gan_audio_compression.bench.program import Program
from gan_audio_compression.component import code_digest, described

_ENCODER = Program("c2enc", "codec2")
_DECODER = Program("c2dec", "codec2")
_LIBRARY = SharedLibrary("codec2", "libcodec2-1.0", "codec2_create")
_SAMPLE_RATE = 8_000


@dataclass(frozen=True)
class _Mode:
    """`number` in the header, milliseconds and bits of a frame, bit/s in all."""

    number: int
    milliseconds: int
    bits: int

    @property
    def frame_samples(self) -> int:
        return self.milliseconds * _SAMPLE_RATE // 1000

    @property
    def frame_bytes(self) -> int:
        return -(-self.bits // 8)


_MODES = {
    "3200": _Mode(0, 20, 64),
    "2400": _Mode(1, 20, 48),
    "1600": _Mode(2, 40, 64),
    "700C": _Mode(8, 40, 28),
}
# Magic and version of the file format, mode, flags.
_MAGIC, _HEADER_BYTES = bytes.fromhex("c0dec2"), 7
_MODE_BYTE = 5


@dataclass(frozen=True)
class Codec2Codec:
    """Codec2 at 8 kHz.

    Attributes:
        mode: as c2enc names it, by its bit rate in bit/s.
    """

    mode: Literal["3200", "2400", "1600", "700C"]

    suffix: ClassVar[str] = ".c2"
    how_to_get: ClassVar[str] = _ENCODER.how_to_get
    has_delay: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.mode not in _MODES:
            raise ValueError(f"Codec2 has no mode {self.mode!r} here; use one of {list(_MODES)}.")

    def version(self) -> str:
        """See `BenchCodec.version`."""
        _ENCODER.path()
        return f"c2enc ({_LIBRARY.version()})"

    @property
    def recipe(self) -> Mapping[str, Any]:
        """See `BenchCodec.recipe`."""
        return described(self) | {"version": self.version(), "code": code_digest("audio", "bench")}

    def encode(self, speech: Wave) -> Coded:
        """See `BenchCodec.encode`."""
        # The program leaves out a frame that is not whole.
        pcm = to_pcm(speech, _SAMPLE_RATE, self._mode.frame_samples)
        data = _ENCODER.convert((self.mode,), pcm.tobytes(), "speech.raw", "coded.c2")
        return Coded(data, self.payload_bits(data))

    def decode(self, data: bytes) -> Decoded:
        """See `BenchCodec.decode`."""
        self._frames(data)
        pcm = _DECODER.convert((self.mode,), data, "coded.c2", "speech.raw")
        return Decoded(to_speech(pcm_of(pcm), _SAMPLE_RATE))

    def payload_bits(self, data: bytes) -> int:
        """Return the bits of the coded frames in a file, without headers, pages and frame tags.

        Raises:
            CodecFailedError: the data is not a file of this codec.
        """
        return self._mode.bits * self._frames(data)

    @property
    def _mode(self) -> _Mode:
        return _MODES[self.mode]

    def _frames(self, data: bytes) -> int:
        """Number of frames of a file.

        Raises:
            CodecFailedError: the file is of another kind or mode, or cut off.
        """
        frames, rest = divmod(len(data) - _HEADER_BYTES, self._mode.frame_bytes)
        if frames < 1 or rest or data[:3] != _MAGIC or data[_MODE_BYTE] != self._mode.number:
            raise CodecFailedError(
                f"{len(data)} bytes are no whole .c2 file of mode {self.mode};"
                " code the speech again."
            )
        return frames
