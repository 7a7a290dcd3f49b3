"""The .gac file: a header, payloads that each decode alone, a checksum (docs/format.md)."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from gan_audio_compression.errors import GanAudioCompressionError

MAGIC = b"GAC"
VERSION = 1
CODERS = ("arithmetic", "huffman")
"""Entropy coders; the index is the id in the flags byte."""
FINGERPRINT_BYTES = 4

_SAMPLE_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 96000)
_OTHER_SAMPLE_RATE = 255
_LIMIT = 1 << 32
_CHECKSUM = struct.Struct("<I")


class BitstreamError(GanAudioCompressionError):
    """The bytes cannot be decoded as a .gac file by this program with this model."""


class NotGacError(BitstreamError):
    """The first bytes are not those of a .gac file."""


class NewerVersionError(BitstreamError):
    """The file is of a later version of the format."""


class OtherModelError(BitstreamError):
    """The file was coded with another model."""


class TruncatedError(BitstreamError):
    """The file ends before one of its fields does."""


class CorruptError(BitstreamError):
    """The file is damaged: a field has a forbidden value or the checksum differs."""


@dataclass(frozen=True)
class Header:
    """What the receiver must know of the signal before the payloads.

    Attributes:
        fingerprint: first 4 bytes of the SHA-256 of the model.
        sample_rate: of the coded signal in Hz, 1 .. 2**32 - 1.
        level_code: level of the signal, 0 .. 255; it is -0.5 dB times this.
        samples: length of the coded signal at `sample_rate`, 0 .. 2**32 - 1.
        coder: name of the entropy coder, one of `CODERS`.

    Raises:
        ValueError: a field is out of its range.
    """

    fingerprint: bytes
    sample_rate: int
    level_code: int
    samples: int
    coder: str

    def __post_init__(self) -> None:
        if len(self.fingerprint) != FINGERPRINT_BYTES:
            raise ValueError(f"the fingerprint must be 4 bytes, not {len(self.fingerprint)}.")
        if not 0 < self.sample_rate < _LIMIT:
            raise ValueError(f"the sample rate must be 1 .. 2**32 - 1 Hz, not {self.sample_rate}.")
        if not 0 <= self.level_code < 256:
            raise ValueError(f"the level code must be 0 .. 255, not {self.level_code}.")
        if not 0 <= self.samples < _LIMIT:
            raise ValueError(f"the samples must number 0 .. 2**32 - 1, not {self.samples}.")
        if self.coder not in CODERS:
            raise ValueError(f"the coder must be one of {CODERS}, not {self.coder!r}.")


def check_model(header: Header, fingerprint: bytes) -> None:
    """Refuse a file that was coded with another model than the one at hand.

    Raises:
        OtherModelError: the fingerprint in the header is not `fingerprint`.
    """
    if header.fingerprint != fingerprint:
        raise OtherModelError(
            f"the .gac file was coded with model {header.fingerprint.hex()}, but this is model"
            f" {fingerprint.hex()}; decode it with the model that coded it."
        )


def write_container(header: Header, payloads: Sequence[bytes]) -> bytes:
    """The bytes of a .gac file with one chunk for each payload, in order.

    Raises:
        ValueError: a payload is of 2**32 bytes or more.
    """
    parts = [
        MAGIC,
        bytes([VERSION, CODERS.index(header.coder)]),
        header.fingerprint,
        _sample_rate_field(header.sample_rate),
        bytes([header.level_code]),
        _varint(header.samples),
    ]
    for payload in payloads:
        parts += [_varint(len(payload)), payload]
    body = b"".join(parts)
    return body + _CHECKSUM.pack(zlib.crc32(body))


def read_container(data: bytes) -> tuple[Header, list[bytes]]:
    """The header and the payloads of a .gac file, the inverse of `write_container`.

    Raises:
        NotGacError: `data` does not start as a .gac file does.
        NewerVersionError: it is of a version above `VERSION`.
        TruncatedError: it ends within a field; wrong lengths in a damaged file look so as well.
        CorruptError: a field has a forbidden value or the checksum differs, as it does where
            a file is cut just so that its chunks seem whole.
    """
    if not data.startswith(MAGIC):
        raise NotGacError("the data does not start as a .gac file does; give one made by encode.")
    fields = _Fields(data[: -_CHECKSUM.size], len(MAGIC))
    _check_version(fields.byte("version"))
    coder = _coder(fields.byte("flags"))
    header = Header(
        fingerprint=fields.take(FINGERPRINT_BYTES, "model fingerprint"),
        sample_rate=_sample_rate(fields),
        level_code=fields.byte("level"),
        samples=fields.varint("number of samples"),
        coder=coder,
    )
    payloads = []
    while not fields.at_end():
        length = fields.varint("length of a chunk")
        payloads.append(fields.take(length, "payload of a chunk"))
    (checksum,) = _CHECKSUM.unpack(data[-_CHECKSUM.size :])
    if checksum != zlib.crc32(data[: -_CHECKSUM.size]):
        raise CorruptError("the checksum of the .gac data differs; get the file again.")
    return header, payloads


class _Fields:
    """Takes the fields of a file in order, none beyond its end."""

    def __init__(self, data: bytes, position: int) -> None:
        self._data = data
        self._position = position

    def at_end(self) -> bool:
        return self._position == len(self._data)

    def take(self, size: int, name: str) -> bytes:
        end = self._position + size
        if end > len(self._data):
            raise TruncatedError(f"the .gac data ends within its {name}; get the whole file.")
        taken = self._data[self._position : end]
        self._position = end
        return taken

    def byte(self, name: str) -> int:
        return self.take(1, name)[0]

    def varint(self, name: str) -> int:
        """An LEB128 integer below 2**32 in its shortest form."""
        value = 0
        for shift in range(0, 35, 7):
            byte = self.byte(name)
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
        else:
            raise _forbidden(name, "has more than 5 bytes")
        if byte == 0 and shift > 0:
            raise _forbidden(name, "is longer than its value needs")
        if value >= _LIMIT:
            raise _forbidden(name, "is 2**32 or more")
        return value


def _varint(value: int) -> bytes:
    """LEB128: groups of seven bits, lowest first, the top bit set on all but the last."""
    if value >= _LIMIT:
        raise ValueError(f"a .gac file holds numbers below 2**32, not {value}.")
    groups = bytearray()
    while value >= 0x80:
        groups.append(0x80 | value & 0x7F)
        value >>= 7
    groups.append(value)
    return bytes(groups)


def _check_version(version: int) -> None:
    if version > VERSION:
        raise NewerVersionError(
            f"the .gac data is of version {version}, this program reads up to {VERSION};"
            " use a newer program."
        )
    if version < VERSION:
        raise _forbidden("version", f"is {version}, which never was")


def _coder(flags: int) -> str:
    if flags >= len(CODERS):
        raise _forbidden("flags", f"are {flags:#04x}, of which some are unknown")
    return CODERS[flags]


def _sample_rate_field(sample_rate: int) -> bytes:
    if sample_rate in _SAMPLE_RATES:
        return bytes([_SAMPLE_RATES.index(sample_rate)])
    return bytes([_OTHER_SAMPLE_RATE]) + _varint(sample_rate)


def _sample_rate(fields: _Fields) -> int:
    code = fields.byte("sample rate")
    if code < len(_SAMPLE_RATES):
        return _SAMPLE_RATES[code]
    if code != _OTHER_SAMPLE_RATE:
        raise _forbidden("sample rate", f"has the unknown code {code}")
    sample_rate = fields.varint("sample rate")
    if sample_rate == 0 or sample_rate in _SAMPLE_RATES:
        raise _forbidden("sample rate", f"is {sample_rate} Hz, not allowed in its long form")
    return sample_rate


def _forbidden(name: str, fault: str) -> CorruptError:
    return CorruptError(f"the {name} of the .gac data {fault}; get the file again.")
