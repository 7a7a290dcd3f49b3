"""One utterance of a corpus as its listing describes it, before any audio is read."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

# Bitstreams and figures are named after the id, and file systems stop at 255 bytes.
_LONGEST_ID = 120

SURROUNDINGS = ("noise", "rir")
"""Splits of what is no speech: noise, and impulse responses of rooms."""


@dataclass(frozen=True)
class CorpusEntry:
    """An utterance: where its file lies and what the corpus says of its speaker.

    Attributes:
        id: unique in the corpus and safe as a file name, of ``[a-z0-9_-]`` only.
        path: the file relative to the corpus root, with forward slashes.
        speaker: label of the speaker, unique in the corpus; empty where there is none.
        dialect_region: ``"dr1"`` to ``"dr8"`` as in TIMIT, None where unknown.
        sex: ``"F"`` or ``"M"``, None where unknown.
        split: ``"train"``, ``"validation"`` or ``"test"``, one of `SURROUNDINGS` of what is no
            speech, None where the corpus states none.
        test_set: of a kind of speech that tables show by itself, None where the corpus names none.
    """

    id: str
    path: str
    speaker: str
    dialect_region: str | None = None
    sex: str | None = None
    split: str | None = None
    test_set: str | None = None


def readable_id(text: str) -> str:
    """Spell ``text`` with ``[a-z0-9_-]`` alone; a slash becomes an underscore."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    spelled = re.sub(r"[^a-z0-9_-]+", "-", ascii_text.lower().replace("/", "_"))
    return spelled.strip("-_") or "utterance"


def with_unique_ids(entries: Iterable[CorpusEntry]) -> list[CorpusEntry]:
    """Add a hash of the path to every id that is shared by two entries or too long.

    The ids do not depend on the order of the entries.
    """
    entries = list(entries)
    uses = Counter(entry.id for entry in entries)
    return [
        entry
        if uses[entry.id] == 1 and len(entry.id) <= _LONGEST_ID
        else replace(entry, id=f"{entry.id[:_LONGEST_ID]}_{_short_hash(entry.path)}")
        for entry in entries
    ]


def _short_hash(path: str) -> str:
    return hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()[:8]
