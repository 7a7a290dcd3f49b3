"""What can be wrong with a listening test and with what listeners send."""

from gan_audio_compression.errors import GanAudioCompressionError


class ListeningTestError(GanAudioCompressionError):
    """A listening test cannot be prepared, or a prepared one cannot be used."""


class InvalidSubmissionError(GanAudioCompressionError):
    """What was sent is not a set of ratings of this test."""


class RevisionConflictError(GanAudioCompressionError):
    """A rating was sent again with other content under the same revision."""


class RatingStoreError(GanAudioCompressionError):
    """The file of ratings cannot be used as it is."""


class RatingStoreFullError(RatingStoreError):
    """There is no room for more ratings."""


class ServerAddressError(GanAudioCompressionError):
    """The server cannot have the address that it was given."""
