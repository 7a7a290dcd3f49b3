"""What can go wrong when a payload is decoded."""

from gan_audio_compression.errors import GanAudioCompressionError


class CorruptPayloadError(GanAudioCompressionError):
    """The bytes are not what the coder wrote for these tables and contexts."""
