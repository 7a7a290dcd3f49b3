"""A corpus in a local folder."""

from pathlib import Path

from gan_audio_compression.corpus.entry import CorpusEntry
from gan_audio_compression.corpus.readers import list_entries


def list_folder(folder: Path) -> list[CorpusEntry]:
    """List the utterances of the corpus in a folder, sorted by path.

    Raises:
        CorpusError: when there is no audio file, or the manifest is unusable.
    """
    paths = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    return list_entries(paths, lambda path: (folder / path).read_text("utf-8", errors="replace"))
