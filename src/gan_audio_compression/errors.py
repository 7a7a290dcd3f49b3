"""The one base class of every error that this package raises on purpose."""


class GanAudioCompressionError(Exception):
    """Something the user can mend; its message is one sentence that says how."""
