"""The files in a folder."""

import os
from collections.abc import Iterator
from pathlib import Path

from gan_audio_compression.audio.errors import InputError

# What macOS adds to an archive: metadata of each file, under the file's own name.
_METADATA_FOLDER = "__MACOSX"


def files_below(folder: Path, above: frozenset[str] = frozenset()) -> Iterator[Path]:
    """Yield what lies in a folder at any depth and is no folder, save for what is hidden.

    Links to folders are followed, except where one leads back to a folder that it lies in.

    Args:
        folder: where to look.
        above: the folders that were entered on the way, by their real names.

    Raises:
        InputError: a folder cannot be read.
    """
    real = os.path.realpath(folder)
    if real in above:
        return
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise InputError(
            f"{folder} cannot be read ({error.strerror}); ask its owner, or leave it out."
        ) from error
    for entry in entries:
        if entry.name.startswith(".") or entry.name == _METADATA_FOLDER:
            continue
        if os.path.isdir(entry):
            yield from files_below(entry, above | {real})
        else:
            yield entry
