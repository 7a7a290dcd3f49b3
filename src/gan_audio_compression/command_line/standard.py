"""Files by name, or standard input and output."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from gan_audio_compression.audio.errors import (
    InputError,
    OutputError,
    OutputWriteError,
    write_advice,
)
from gan_audio_compression.audio.files import input_file, output_file
from gan_audio_compression.command_line.reporting import STANDARD


@contextmanager
def source_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading; "-" is standard input.

    Raises:
        InputError: it cannot be read.
    """
    if path == STANDARD:
        # Python leaves out the streams that a program was started without.
        if sys.stdin is None:
            raise InputError("standard input is closed; give the name of a file.")
        yield sys.stdin.buffer
    else:
        with input_file(path) as file:
            yield file


@contextmanager
def target_file(path: Path, force: bool) -> Iterator[BinaryIO]:
    """Open a file that takes its name when it is complete; "-" is standard output.

    Raises:
        OutputError: it cannot be made, or is a terminal.
        SystemExit: whoever reads standard output wants no more.
    """
    if path == STANDARD:
        if sys.stdout is not None and sys.stdout.isatty():
            raise OutputError(
                "standard output is a terminal; name a file with -o, or send it to a program."
            )
        with standard_output() as file:
            yield file
    else:
        with output_file(path, overwrite=force) as file:
            yield file


@contextmanager
def standard_output() -> Iterator[BinaryIO]:
    """Write to standard output, all of it before the end.

    Raises:
        OutputWriteError: it takes no more.
        SystemExit: whoever reads it wants no more; then there is nothing to say.
    """
    if sys.stdout is None:
        raise OutputWriteError("standard output is closed; send it to a file or to a program.")
    try:
        yield sys.stdout.buffer
        sys.stdout.flush()
    except Exception as error:
        refusal = _system_error(error)
        if isinstance(refusal, BrokenPipeError):
            raise SystemExit(1) from error
        if refusal is error:
            raise OutputWriteError(
                f"standard output cannot be written ({refusal.strerror}); "
                f"{write_advice(refusal, 'target')}."
            ) from error
        raise


def _system_error(error: BaseException | None) -> OSError | None:
    """Return the system's error among the causes of one, if any."""
    while error is not None and not isinstance(error, OSError):
        error = error.__cause__
    return error
