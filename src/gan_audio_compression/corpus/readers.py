"""Lists the utterances of a corpus from the names of its files.

Four layouts are known, tried in this order; the first that fits describes the whole corpus:

1. ``manifest.csv`` in the root with the columns path, speaker and split;
2. TIMIT as the LDC ships it, ``TRAIN|TEST/DRn/SPEAKER/SENTENCE.WAV`` (LDC93S1);
3. TIMIT as NLTK ships it, ``dr1-fvmh0/sa1.wav``, with the splits of ``spkrinfo.txt``;
4. any folder of audio files.
"""

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from gan_audio_compression.corpus.entry import CorpusEntry, readable_id, with_unique_ids
from gan_audio_compression.corpus.errors import CorpusError
from gan_audio_compression.corpus.manifest import MANIFEST_NAME, parse_manifest
from gan_audio_compression.corpus.timit import (
    describe_flat_timit_path,
    describe_timit_path,
    parse_speaker_splits,
)

_LOGGER = logging.getLogger(__name__)
_EXTENSIONS = r"\.(?:wav|flac|ogg|opus)"
_AUDIO_NAME = re.compile(rf"{_EXTENSIONS}$", re.IGNORECASE)

ReadText = Callable[[str], str]
"""Returns the text of the file at a path of the listing."""

Layout = Callable[[Sequence[str], ReadText], list[CorpusEntry]]
"""Describes the utterances among the sorted paths; an empty list when the layout does not fit."""


def list_entries(paths: Sequence[str], read_text: ReadText) -> list[CorpusEntry]:
    """List the utterances of a corpus, sorted by path.

    Args:
        paths: every file below the corpus root, relative to it, with forward slashes, any order.
        read_text: returns the text of one of ``paths``; called for a manifest and a speaker table.

    Raises:
        CorpusError: when there is no audio file, or the manifest is unusable.
    """
    ordered = sorted(paths)
    for layout in LAYOUTS:
        entries = layout(ordered, read_text)
        if entries:
            return sorted(with_unique_ids(entries), key=lambda entry: entry.path)
    raise CorpusError(
        f"The corpus has no audio among its {len(paths)} files; "
        "point it at a folder that holds .wav, .flac, .ogg or .opus files."
    )


def _manifest_layout(paths: Sequence[str], read_text: ReadText) -> list[CorpusEntry]:
    """The rows of ``manifest.csv``; files that it does not name are left out."""
    if MANIFEST_NAME not in paths:
        return []
    return parse_manifest(read_text(MANIFEST_NAME), files=frozenset(paths))


def _timit_layout(paths: Sequence[str], read_text: ReadText) -> list[CorpusEntry]:
    """TIMIT's tree in any letter case, below any leading folders.

    A recording that lies there twice, such as ``SA1.WAV`` and its copy ``SA1.WAV.wav``, counts
    once, by its shortest path.
    """
    recordings: dict[tuple[str | None, str], CorpusEntry] = {}
    audio = _audio_files(paths)
    for path in sorted(audio, key=len):
        entry = describe_timit_path(path)
        if entry is not None:
            recordings.setdefault((entry.split, entry.id), entry)
    if recordings and len(recordings) < len(audio):
        _LOGGER.warning(
            "Of %d audio files %d are TIMIT utterances; copies and other files are left out.",
            len(audio),
            len(recordings),
        )
    return list(recordings.values())


def _flat_timit_layout(paths: Sequence[str], read_text: ReadText) -> list[CorpusEntry]:
    """NLTK's sample of TIMIT; its speaker table states the splits.

    NLTK's own sample has training speakers alone: a table without a test speaker states nothing,
    so that a test split is drawn.
    """
    tables = [path for path in paths if path.rpartition("/")[2].lower() == "spkrinfo.txt"]
    splits = parse_speaker_splits(read_text(tables[0])) if tables else {}
    described = [describe_flat_timit_path(path, splits) for path in _audio_files(paths)]
    entries = [entry for entry in described if entry is not None]
    if all(entry.split != "test" for entry in entries):
        entries = [replace(entry, split=None) for entry in entries]
    return entries


def _folder_layout(paths: Sequence[str], read_text: ReadText) -> list[CorpusEntry]:
    """Any folder of audio: a sub-folder, by its relative path, is a speaker.

    The speaker of a file in the root itself is the text before the first ``-`` or ``_`` of its
    name (LibriSpeech's ``103-1240-0000.flac``) when all files there have one, else its whole stem.
    """
    audio = _audio_files(paths)
    stems = {path: _AUDIO_NAME.sub("", path) for path in audio}
    prefixed = all(re.match(r"[^-_]+[-_]", stems[path]) for path in audio if "/" not in path)

    def speaker(path: str) -> str:
        if "/" in path:
            return path.rpartition("/")[0]
        return re.split("[-_]", stems[path], maxsplit=1)[0] if prefixed else stems[path]

    return [CorpusEntry(readable_id(stems[path]), path, speaker(path)) for path in audio]


LAYOUTS: tuple[Layout, ...] = (
    _manifest_layout,
    _timit_layout,
    _flat_timit_layout,
    _folder_layout,
)


def _audio_files(paths: Sequence[str]) -> list[str]:
    """Audio by its extension, without hidden files and without copies of the kind ``A.WAV.wav``."""
    audio = [
        path
        for path in paths
        if _AUDIO_NAME.search(path) and not any(part.startswith(".") for part in path.split("/"))
    ]
    present = frozenset(audio)
    return [path for path in audio if _AUDIO_NAME.sub("", path) not in present]
