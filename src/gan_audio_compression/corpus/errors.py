"""What can be wrong with a speech corpus or with one of its audio files."""

from gan_audio_compression.errors import GanAudioCompressionError


class CorpusError(GanAudioCompressionError):
    """The corpus cannot be listed or split as asked."""


class AudioError(GanAudioCompressionError):
    """An audio file cannot be used."""


class UnreadableAudioError(AudioError):
    """The bytes are not audio in a known format, or hold samples that are not numbers."""


class EmptyAudioError(AudioError):
    """The audio has no samples."""


class SilentAudioError(AudioError):
    """The audio holds nothing but silence or a constant offset."""
