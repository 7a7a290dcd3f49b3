"""What the tool says: messages on standard error, one line each, under the name of their file."""

import logging
import multiprocessing
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from gan_audio_compression.command_line.progress import write_line
from gan_audio_compression.compute.engine import describe_error
from gan_audio_compression.errors import GanAudioCompressionError

PROGRAM = "gan-audio-compression"

STANDARD = Path("-")
"""Standard input or output."""

_CLEAR_LINE = "\r\x1b[K"

_package = logging.getLogger("gan_audio_compression")
_subject: ContextVar[Path | None] = ContextVar("subject", default=None)


def say(message: str) -> None:
    """Write one line to standard error, which does not tear a progress bar apart."""
    # The bar of another process is unknown here: the line takes its place, until it moves on.
    beside_bar = multiprocessing.parent_process() is not None and sys.stderr.isatty()
    line = f"{PROGRAM}: {' '.join(message.split())}"
    write_line(f"{_CLEAR_LINE if beside_bar else ''}{line}")


def named(file: Path, message: str) -> str:
    """Return the message under the name of the file that it is about."""
    return f"{'standard input' if file == STANDARD else file}: {message}"


def unforeseen(error: Exception) -> str:
    """Return what is said of an error that nobody foresaw."""
    return f"{describe_error(error).rstrip('.')}; --debug says more."


@contextmanager
def about(file: Path) -> Iterator[None]:
    """Name `file` in each message that is logged within, and in the error that ends it."""
    token = _subject.set(file)
    try:
        yield
    except GanAudioCompressionError as error:
        error.args = (named(file, str(error)),)
        raise
    finally:
        _subject.reset(token)


def configure_logging() -> None:
    """Send the package's own messages to standard error, in this process."""
    _package.handlers = [_Messages()]
    _package.propagate = False
    if _package.level == logging.NOTSET:
        show_details(False)


def show_details(shown: bool) -> None:
    """Let messages through that few users want, or keep them back."""
    _package.setLevel(logging.DEBUG if shown else logging.INFO)


class _Messages(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        subject = _subject.get()
        message = record.getMessage()
        say(message if subject is None else named(subject, message))
