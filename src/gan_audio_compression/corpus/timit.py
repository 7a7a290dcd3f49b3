"""What TIMIT's file names and speaker table say of an utterance (LDC93S1)."""

import re
from collections.abc import Mapping

from gan_audio_compression.corpus.entry import CorpusEntry, readable_id

_SENTENCE = r"(?P<sentence>[^/]+?)(?:\.(?:wav|flac|ogg|opus))+"
_TREE = re.compile(
    rf"(?:.*/)?(?P<split>train|test)/(?P<region>dr[1-8])/(?P<speaker>[^/]+)/{_SENTENCE}",
    re.IGNORECASE,
)
_FLAT = re.compile(
    rf"(?:.*/)?(?P<region>dr[1-8])-(?P<speaker>[a-z]{{4}}[0-9])/{_SENTENCE}", re.IGNORECASE
)
_SPLIT_OF_USE = {"TRN": "train", "TST": "test"}


def describe_timit_path(path: str) -> CorpusEntry | None:
    """Read ``[.../]TRAIN|TEST/DRn/SPEAKER/SENTENCE.WAV``, any case; None for another path."""
    match = _TREE.fullmatch(path)
    return _entry(match, match["split"].lower()) if match else None


def describe_flat_timit_path(path: str, splits: Mapping[str, str]) -> CorpusEntry | None:
    """Read ``[.../]dr1-fvmh0/sa1.wav``, any case; None for another path.

    Args:
        path: relative to the corpus root.
        splits: split of each speaker, as `parse_speaker_splits` returns them.
    """
    match = _FLAT.fullmatch(path)
    return _entry(match, splits.get(match["speaker"].lower())) if match else None


def parse_speaker_splits(table: str) -> dict[str, str]:
    """Read the split of each speaker from the text of ``SPKRINFO.TXT``.

    A row starts with the speaker's initials, sex, dialect region and use (TRN or TST); the
    speaker's folder is named by sex and initials.

    Returns:
        ``"train"`` or ``"test"`` by speaker folder in lower case.
    """
    rows = (line.split() for line in table.splitlines() if not line.startswith(";"))
    return {
        (row[1] + row[0]).lower(): _SPLIT_OF_USE[row[3].upper()]
        for row in rows
        if len(row) > 3 and row[3].upper() in _SPLIT_OF_USE
    }


def _entry(match: re.Match[str], split: str | None) -> CorpusEntry:
    region, speaker, sentence = (match[name].lower() for name in ("region", "speaker", "sentence"))
    return CorpusEntry(
        id=readable_id(f"{region}_{speaker}_{sentence}"),
        path=match.string,
        speaker=speaker,
        dialect_region=region,
        sex=speaker[0].upper() if speaker[0] in "fm" else None,
        split=split,
    )
