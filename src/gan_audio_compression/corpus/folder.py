"""A corpus in a local folder."""

import os
from collections.abc import Iterator
from pathlib import Path

from gan_audio_compression.corpus.entry import CorpusEntry
from gan_audio_compression.corpus.readers import list_entries


def list_folder(folder: Path) -> list[CorpusEntry]:
    """List the utterances of the corpus in a folder, sorted by path.

    Raises:
        CorpusError: when there is no audio file, or the manifest is unusable.
    """
    return list_entries(
        list(files_below(folder)),
        lambda path: (folder / path).read_text("utf-8", errors="replace"),
    )


def files_below(folder: Path) -> Iterator[str]:
    """Yield the paths of the files below a folder, relative to it, as POSIX has them.

    Linked folders are entered, each once, since corpora are often assembled from them.
    """
    entered: set[str] = set()
    for parent, subfolders, files in os.walk(folder, followlinks=True):
        real = os.path.realpath(parent)
        if real in entered:
            subfolders.clear()
            continue
        entered.add(real)
        for file in files:
            yield (Path(parent) / file).relative_to(folder).as_posix()
