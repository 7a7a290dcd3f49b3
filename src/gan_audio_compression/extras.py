"""Packages that come with an extra alone, `pip install 'gan-audio-compression[search]'`."""

from importlib.util import find_spec

from gan_audio_compression.errors import GanAudioCompressionError


class MissingPackageError(GanAudioCompressionError):
    """What was asked for needs a package that is not installed."""


def is_installed(package: str) -> bool:
    """Return whether a package can be imported, without doing so."""
    return find_spec(package) is not None


def require(what: str, extra: str, *packages: str) -> None:
    """Raise MissingPackageError unless all packages are installed.

    Args:
        what: needs them, as the message begins.
        extra: that brings them.
        packages: by the names that they are imported by.
    """
    for package in packages:
        if not is_installed(package):
            raise MissingPackageError(
                f"{what} needs {package}, which is not installed:"
                f" pip install 'gan-audio-compression[{extra}]'."
            )
