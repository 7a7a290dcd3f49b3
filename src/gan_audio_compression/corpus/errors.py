"""What can be wrong with a speech corpus."""

from gan_audio_compression.errors import GanAudioCompressionError


class CorpusError(GanAudioCompressionError):
    """The corpus cannot be listed or split as asked."""
