"""What can be wrong with the phone recogniser's speech, labels and files."""

from gan_audio_compression.errors import GanAudioCompressionError


class NoLabelledSpeechError(GanAudioCompressionError):
    """There is nothing to train a recogniser on."""


class UnusableSpeechError(GanAudioCompressionError):
    """No phones can be recognised in these samples."""


class RecogniserFileError(GanAudioCompressionError):
    """The bytes are no phone recogniser of this program."""
