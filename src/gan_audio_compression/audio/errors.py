"""What can be wrong with audio and with the files that hold it."""

import errno

from gan_audio_compression.errors import GanAudioCompressionError


class AudioError(GanAudioCompressionError):
    """Audio cannot be used, or not be written."""


class UnreadableAudioError(AudioError):
    """The bytes are not audio in a known format, or they cannot be had."""


class EmptyAudioError(AudioError):
    """The audio has no samples."""


class SilentAudioError(AudioError):
    """The audio holds nothing but silence or a constant offset."""


class AudioShapeError(AudioError):
    """An array is not one of samples."""


class NotFiniteAudioError(AudioError):
    """A sample is infinite or not a number."""


class UnsupportedRateError(AudioError):
    """The sampling rate is none that audio has."""


class AudioFormatError(AudioError):
    """The format is none that can be written, or it cannot hold this audio."""


class AudioWriteError(AudioError):
    """The target took no more, such as a full disk or a closed pipe."""


class InputError(GanAudioCompressionError):
    """A file cannot be opened for reading."""


class InputMissingError(InputError):
    """There is no file of this name."""


class InputIsFolderError(InputError):
    """The name is a folder's."""


class InputPermissionError(InputError):
    """The file may not be read."""


class OutputError(GanAudioCompressionError):
    """A file cannot be made."""


class OutputExistsError(OutputError):
    """The file exists and is not to be replaced."""


class OutputWriteError(OutputError):
    """The system refuses to write the file, such as without permission or on a full disk."""


def write_advice(error: OSError, place: str) -> str:
    """Return what to do about a failure of writing; `place` is the word for the target."""
    is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return f"free some space or choose another {place}" if is_full else f"choose another {place}"
