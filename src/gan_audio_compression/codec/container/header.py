"""The header of a .gac file: what a decoder must know before the first chunk."""

from dataclasses import dataclass
from typing import Self

from gan_audio_compression.codec.container.errors import (
    NewerVersionError,
    NotGacError,
    OtherModelError,
)
from gan_audio_compression.codec.container.fields import Fields, varint
from gan_audio_compression.codec.models import model_name_of
from gan_audio_compression.signal.spec import (
    HIGHEST_RATE,
    HOP,
    LOWEST_RATE,
    SAMPLE_RATE,
    SEGMENT_FRAMES,
)

MAGIC = b"GAC"
VERSION = 2
"""Of the files that are written; those of earlier versions are read."""
CODERS = ("arithmetic", "huffman")
"""Entropy coders; the index is the id in the flags byte."""
FINGERPRINT_BYTES = 4
SEGMENT_SAMPLES = SEGMENT_FRAMES * HOP
"""Samples of a segment of the coded 16 kHz signal: 1.024 s."""

_SAMPLE_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 96000)
_OTHER_SAMPLE_RATE = 255
_MOST_SEGMENTS = 16


@dataclass(frozen=True)
class Header:
    """What holds for all chunks of a file.

    Attributes:
        fingerprint: first 4 bytes of the SHA-256 of the model.
        sample_rate: of the recording in Hz, 1000 .. 768000; the coded signal has 16 kHz.
        coder: name of the entropy coder, one of `CODERS`.
        chunk_segments: segments of 1.024 s in a full chunk, a power of two from 1 to 16.
        version: of the format, 1 .. 2.

    Raises:
        ValueError: a field is out of its range.
    """

    fingerprint: bytes
    sample_rate: int
    coder: str
    chunk_segments: int
    version: int = VERSION

    def __post_init__(self) -> None:
        if len(self.fingerprint) != FINGERPRINT_BYTES:
            raise ValueError(f"the fingerprint must be 4 bytes, not {len(self.fingerprint)}.")
        if not 1 <= self.version <= VERSION:
            raise ValueError(f"the version must be 1 .. {VERSION}, not {self.version}.")
        if not LOWEST_RATE <= self.sample_rate <= HIGHEST_RATE:
            raise ValueError(
                f"the sample rate must be {LOWEST_RATE} .. {HIGHEST_RATE} Hz,"
                f" not {self.sample_rate}."
            )
        if self.coder not in CODERS:
            raise ValueError(f"the coder must be one of {CODERS}, not {self.coder!r}.")
        if not 1 <= self.chunk_segments <= _MOST_SEGMENTS or self.chunk_segments.bit_count() != 1:
            raise ValueError(
                f"a chunk must have 1, 2, 4 .. {_MOST_SEGMENTS} segments,"
                f" not {self.chunk_segments}."
            )

    @property
    def chunk_samples(self) -> int:
        """Samples of the coded 16 kHz signal in a full chunk."""
        return self.chunk_segments * SEGMENT_SAMPLES

    def to_bytes(self) -> bytes:
        """Return the bytes at the beginning of the file."""
        length_code = self.chunk_segments.bit_length() - 1
        flags = CODERS.index(self.coder) | length_code << 1
        start = MAGIC + bytes([self.version, flags]) + self.fingerprint
        if self.sample_rate in _SAMPLE_RATES:
            return start + bytes([_SAMPLE_RATES.index(self.sample_rate)])
        return start + bytes([_OTHER_SAMPLE_RATE]) + varint(self.sample_rate)

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """Take the header from the beginning of a file; each header has only one form.

        Raises:
            NotGacError: the file is empty or does not start as a .gac file does.
            NewerVersionError: it is of a version above `VERSION`.
            TruncatedError: it ends within the header.
            CorruptError: a field has a forbidden value.
        """
        if not fields.reach(1):
            raise NotGacError("the data is empty; give a .gac file from encode.")
        if fields.reach(len(MAGIC)) < len(MAGIC) or fields.take(len(MAGIC), "magic") != MAGIC:
            raise NotGacError("the data does not start as a .gac file does; give one from encode.")
        version = _read_version(fields)
        flags = fields.byte("flags")
        chunk_segments = 1 << (flags >> 1)
        if chunk_segments > _MOST_SEGMENTS:
            raise fields.forbidden("flags", f"are {flags:#04x}, which is not known")
        return cls(
            coder=CODERS[flags & 1],
            chunk_segments=chunk_segments,
            fingerprint=fields.take(FINGERPRINT_BYTES, "model fingerprint"),
            sample_rate=_read_sample_rate(fields),
            version=version,
        )


def coded_samples(total: int, sample_rate: int) -> int:
    """Length at 16 kHz, rounded up, of a recording of `total` samples at `sample_rate` Hz."""
    return -(-total * SAMPLE_RATE // sample_rate)


def check_model(header: Header, fingerprint: bytes) -> None:
    """Refuse a file that was coded with another model than the one at hand.

    Raises:
        OtherModelError: the fingerprint in the header is not `fingerprint`.
    """
    if header.fingerprint != fingerprint:
        name = model_name_of(header.fingerprint)
        raise OtherModelError(
            f"the .gac data was coded with {_model(header.fingerprint)}, and this is"
            f" {_model(fingerprint)}; decode it with the"
            f" {'file of the former' if name is None else f'former (--model {name})'}."
        )


def _model(fingerprint: bytes) -> str:
    name = model_name_of(fingerprint)
    return f"the model {'' if name is None else f'{name!r} '}({fingerprint.hex()})"


def _read_version(fields: Fields) -> int:
    version = fields.byte("version")
    if version > VERSION:
        raise NewerVersionError(
            f"the .gac data is of version {version}, this program reads up to {VERSION};"
            " use a newer program."
        )
    if version == 0:
        raise fields.forbidden("version", f"is {version}, which never was")
    return version


def _read_sample_rate(fields: Fields) -> int:
    code = fields.byte("sample rate")
    if code < len(_SAMPLE_RATES):
        return _SAMPLE_RATES[code]
    if code != _OTHER_SAMPLE_RATE:
        raise fields.forbidden("sample rate", f"has the unknown code {code}")
    rate = fields.varint("sample rate")
    if rate in _SAMPLE_RATES or not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise fields.forbidden("sample rate", f"is {rate} Hz, not allowed in its long form")
    return rate
