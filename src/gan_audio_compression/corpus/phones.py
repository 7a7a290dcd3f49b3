"""Phone labels of TIMIT: its ``.PHN`` files (LDC93S1) and the 39 phones that are scored."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import product

from gan_audio_compression.corpus.errors import CorpusError

SILENCE = "sil"
GLOTTAL_STOP = "q"
"""The one label that scoring leaves out."""

_MERGED = {
    "aa": "aa ao",
    "ah": "ah ax ax-h",
    "er": "er axr",
    "hh": "hh hv",
    "ih": "ih ix",
    "l": "l el",
    "m": "m em",
    "n": "n en nx",
    "ng": "ng eng",
    "sh": "sh zh",
    "uw": "uw ux",
    SILENCE: "pcl tcl kcl bcl dcl gcl h# pau epi",
}
_ALONE = "ae aw ay b ch d dh dx eh ey f g iy jh k ow oy p r s t th uh v w y z"

FOLDING: dict[str, str] = {
    label: phone for phone, labels in _MERGED.items() for label in labels.split()
} | {label: label for label in _ALONE.split()}
"""The scored phone of each of TIMIT's 61 labels but the glottal stop.

Lee and Hon, "Speaker-independent phone recognition using hidden Markov models", 1989, table 2:
closures and pauses are silence, and phones whose confusion is no error are one.
"""

SCORED_PHONES: tuple[str, ...] = tuple(sorted(set(FOLDING.values())))
"""The 39 phones, silence among them."""

_FOLDED = FOLDING | {phone: phone for phone in SCORED_PHONES}
_EXTENSION = re.compile(r"(?:\.(?:wav|flac|ogg|opus))+$", re.IGNORECASE)
_SENTENCE_OF_ALL = re.compile(r"(?:.*[/_])?sa[12](?:\..*)?", re.IGNORECASE)


class PhoneLabelError(CorpusError):
    """A text is no list of TIMIT's phone labels."""


@dataclass(frozen=True)
class PhoneSegment:
    """A phone of a recording.

    Attributes:
        start: first sample, at 16 kHz.
        end: the sample after the last.
        phone: one of TIMIT's 61 labels, in lower case.
    """

    start: int
    end: int
    phone: str


def parse_phone_labels(text: str) -> list[PhoneSegment]:
    """Read the text of a ``.PHN`` file: lines ``start end phone`` in order of time, any case.

    Raises:
        PhoneLabelError: a line is none such, its label is not one of the 61, it ends before it
            starts or starts before the one above ends; or there is no line.
    """
    segments: list[PhoneSegment] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            segment = _parse_line(line, number)
            if segments and segment.start < segments[-1].end:
                raise _line_error(number, line, "starts before the segment above it ends")
            segments.append(segment)
    if not segments:
        raise PhoneLabelError("The phone labels are empty; give lines of 'start end phone'.")
    return segments


def fold_phones(labels: Iterable[str]) -> list[str]:
    """Fold a sequence of TIMIT's labels to the sequence that is scored.

    Each becomes one of the 39 phones (which may be given too), the glottal stop is left out, and
    silences in a row are one.

    Raises:
        PhoneLabelError: a label is not one of the 61 nor of the 39.
    """
    folded: list[str] = []
    for label in labels:
        if label == GLOTTAL_STOP:
            continue
        phone = _FOLDED.get(label)
        if phone is None:
            raise PhoneLabelError(f"{label!r} is no phone label of TIMIT; use its 61 labels.")
        if phone != SILENCE or folded[-1:] != [SILENCE]:
            folded.append(phone)
    return folded


def label_path(recording_path: str, paths: Collection[str]) -> str | None:
    """Return which of `paths` holds the phone labels of a recording, None if none does.

    They lie beside it: ``SX123.PHN``, each half in upper or lower case, for ``SX123.WAV``, its
    copy ``SX123.WAV.wav`` or ``SX123.flac``.

    Args:
        recording_path: with forward slashes.
        paths: the corpus's listing; a set, where many are looked up.
    """
    folder, slash, name = recording_path.rpartition("/")
    stem = _EXTENSION.sub("", name)
    spellings = product(dict.fromkeys((stem, stem.upper(), stem.lower())), (".PHN", ".phn"))
    candidates = (f"{folder}{slash}{spelled}{suffix}" for spelled, suffix in spellings)
    return next((path for path in candidates if path in paths), None)


def is_read_by_all(name: str) -> bool:
    """Whether a path or id is of SA1 or SA2, the sentences that every speaker of TIMIT reads.

    They are left out of training and scoring: a recogniser would know their order of phones.
    """
    return _SENTENCE_OF_ALL.fullmatch(name) is not None


def _parse_line(line: str, number: int) -> PhoneSegment:
    fields = re.fullmatch(r"\s*([0-9]+)\s+([0-9]+)\s+(\S+)\s*", line)
    if fields is None:
        raise _line_error(number, line, "is not 'start end phone'")
    segment = PhoneSegment(int(fields[1]), int(fields[2]), fields[3].lower())
    if segment.phone not in FOLDING and segment.phone != GLOTTAL_STOP:
        raise _line_error(number, line, "has a label that is not one of TIMIT's 61")
    if segment.end <= segment.start:
        raise _line_error(number, line, "ends before it starts")
    return segment


def _line_error(number: int, line: str, fault: str) -> PhoneLabelError:
    return PhoneLabelError(
        f"Line {number} of the phone labels, {line.strip()!r}, {fault}; restore the .PHN file."
    )
