"""What may be wrong with a live stream."""

from gan_audio_compression.errors import GanAudioCompressionError


class LiveFormatError(GanAudioCompressionError):
    """Packets of that length, size or rate cannot be."""


class PacketError(GanAudioCompressionError):
    """A packet cannot be decoded: it is damaged, or of another stream."""


class LiveStateError(GanAudioCompressionError):
    """A saved state cannot be gone on from."""
