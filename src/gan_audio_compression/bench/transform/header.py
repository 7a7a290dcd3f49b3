"""The header of a .klt file: 13 bytes, numbers with the most significant byte first.

| bytes | field                                                      |
|-------|------------------------------------------------------------|
| 4     | magic "KLT1"; the last character numbers the format        |
| 2     | beginning of the model's digest                            |
| 2     | lower half of the CRC-32 of all that follows               |
| 1     | index of the quantiser step                                |
| 1     | level code, see `signal.level`                             |
| 3     | number of samples at 16 kHz                                |
"""

import zlib
from dataclasses import dataclass
from typing import Self

from gan_audio_compression.bench.codec import CodecFailedError
from gan_audio_compression.bench.transform.model import TransformModel
from gan_audio_compression.signal.spec import SAMPLE_RATE

HEADER_BYTES = 13
MOST_SAMPLES = 600 * SAMPLE_RATE
"""Longest recording: ten minutes, so that no file of a few bytes asks for much memory."""

_MAGIC = b"KLT1"
_CHECKED_FROM = 8


@dataclass(frozen=True)
class Header:
    """What a decoder must know beside the model and the payload.

    Attributes:
        step_index: of the quantiser step, 0 .. 255.
        level_code: of the recording, 0 .. 255.
        samples: of the recording, 1 .. `MOST_SAMPLES`.
    """

    step_index: int
    level_code: int
    samples: int

    def file(self, model: TransformModel, payload: bytes) -> bytes:
        """Return the whole file."""
        fields = bytes([self.step_index, self.level_code]) + self.samples.to_bytes(3, "big")
        checked = fields + payload
        return _MAGIC + _fingerprint(model) + _check(checked) + checked

    @classmethod
    def split(cls, data: bytes, model: TransformModel) -> tuple[Self, bytes]:
        """Return the header and the payload of a whole file.

        Raises:
            CodecFailedError: it is no .klt file, of another model, or damaged.
        """
        if data[:4] != _MAGIC:
            raise CodecFailedError("the data does not start as a .klt file does; give one.")
        if len(data) < HEADER_BYTES:
            raise CodecFailedError(
                f"the .klt file of {len(data)} bytes ends within its header; get the whole file."
            )
        if data[4:6] != _fingerprint(model):
            raise CodecFailedError(
                f"the .klt file was coded with model {data[4:6].hex()}, but this is model"
                f" {_fingerprint(model).hex()}; decode it with the model that coded it."
            )
        header = cls(data[8], data[9], int.from_bytes(data[10:13], "big"))
        if data[6:8] != _check(data[_CHECKED_FROM:]) or not 1 <= header.samples <= MOST_SAMPLES:
            raise CodecFailedError("the .klt file is damaged or cut short; get it again.")
        return header, data[HEADER_BYTES:]


def _fingerprint(model: TransformModel) -> bytes:
    return bytes.fromhex(model.digest)[:2]


def _check(data: bytes) -> bytes:
    return (zlib.crc32(data) & 0xFFFF).to_bytes(2, "big")
