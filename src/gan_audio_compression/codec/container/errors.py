"""What can be wrong with a .gac file."""

from gan_audio_compression.errors import GanAudioCompressionError


class BitstreamError(GanAudioCompressionError):
    """The bytes cannot be decoded as a .gac file by this program with this model."""


class NotGacError(BitstreamError):
    """The first bytes are not those of a .gac file."""


class NewerVersionError(BitstreamError):
    """The file is of a later version of the format."""


class OtherModelError(BitstreamError):
    """The file was coded with another model."""


class TruncatedError(BitstreamError):
    """The file ends before its last chunk does."""


class TrailingDataError(BitstreamError):
    """Bytes follow the last chunk."""


class CorruptError(BitstreamError):
    """The file is damaged: a field has a forbidden value or a checksum differs."""


class ImpossibleSizeError(CorruptError):
    """A size is beyond what the format allows at its place."""
