"""Reads a corpus that describes itself in a ``manifest.csv``."""

import csv
import io
from collections.abc import Set as AbstractSet
from pathlib import PurePosixPath

from gan_audio_compression.corpus.entry import SURROUNDINGS, CorpusEntry, readable_id
from gan_audio_compression.corpus.errors import CorpusError
from gan_audio_compression.corpus.timit import describe_timit_path

MANIFEST_NAME = "manifest.csv"
_COLUMNS = ("path", "speaker", "split")
_TEST_SET = "test_set"
_SPLITS = {
    "train": "train",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
    **{split: split for split in SURROUNDINGS},
    "": None,
}


def parse_manifest(text: str, files: AbstractSet[str]) -> list[CorpusEntry]:
    """Read the rows of a manifest with the columns path, speaker and split, perhaps test_set.

    The split is train, valid or validation, test, or empty, or noise or rir of what is no speech:
    noise to mix with training speech, and impulse responses of rooms. A path that follows TIMIT's
    tree also tells dialect region and sex.

    Args:
        text: the file, comma-separated with a header line.
        files: every file of the corpus.

    Raises:
        CorpusError: when a column is missing, a row names no speaker, an unknown split or a file
            that is not there, or two rows name the same file.
    """
    table = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    missing = [column for column in _COLUMNS if column not in (table.fieldnames or ())]
    if missing:
        raise CorpusError(
            f"{MANIFEST_NAME} has no column {', '.join(missing)}; "
            f"its header line must name {', '.join(_COLUMNS)}."
        )
    entries: dict[str, CorpusEntry] = {}
    for row in table:
        entry = _entry(*((row.get(column) or "").strip() for column in (*_COLUMNS, _TEST_SET)))
        if entry.path not in files:
            raise CorpusError(
                f"{MANIFEST_NAME} names {entry.path!r}, which is not in the corpus; "
                "restore the file or remove the row."
            )
        if entry.path in entries:
            raise CorpusError(f"{MANIFEST_NAME} names {entry.path!r} twice; keep one of the rows.")
        entries[entry.path] = entry
    return list(entries.values())


def _entry(path: str, speaker: str, split: str, test_set: str) -> CorpusEntry:
    if not speaker and split.lower() not in SURROUNDINGS:
        raise CorpusError(
            f"{MANIFEST_NAME} gives no speaker for {path!r}; fill in the speaker column."
        )
    if split.lower() not in _SPLITS:
        raise CorpusError(
            f"{MANIFEST_NAME} gives {path!r} the unknown split {split!r}; "
            "use train, validation, test, noise, rir or leave it empty."
        )
    path = str(PurePosixPath(path))
    timit = describe_timit_path(path)
    return CorpusEntry(
        id=timit.id if timit else readable_id(path.removesuffix(PurePosixPath(path).suffix)),
        path=path,
        speaker=speaker,
        dialect_region=timit.dialect_region if timit else None,
        sex=timit.sex if timit else None,
        split=_SPLITS[split.lower()],
        test_set=test_set or None,
    )
