"""What can be wrong with what a search is asked for."""

from gan_audio_compression.errors import GanAudioCompressionError


class SearchError(GanAudioCompressionError):
    """There is no such strategy or effort, or the model has no such coder or objective."""


class BitrateTooLowError(GanAudioCompressionError):
    """Not even the most probable symbols fit into the budget."""
