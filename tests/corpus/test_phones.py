"""TIMIT's phone labels: reading them, folding them and finding them."""

from itertools import pairwise
from pathlib import Path

import pytest

from gan_audio_compression.corpus.errors import CorpusError
from gan_audio_compression.corpus.phones import (
    FOLDING,
    SCORED_PHONES,
    PhoneLabelError,
    PhoneSegment,
    fold_phones,
    is_read_by_all,
    label_path,
    parse_phone_labels,
)

SHARED_TIMIT = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "timit"

# The table of TIMIT's PHONCODE.DOC.
STOPS = "b d g p t k dx q"
CLOSURES = "bcl dcl gcl pcl tcl kcl"
CONSONANTS = "jh ch s sh z zh f th v dh m n ng em en eng nx l r w y hh hv el"
VOWELS = "iy ih eh ey ae aa aw ay ah ao oy ow uh uw ux er ax ix axr ax-h"
LABELS = f"{STOPS} {CLOSURES} {CONSONANTS} {VOWELS} pau epi h#".split()


def test_the_61_labels_fold_to_39_phones() -> None:
    assert len(LABELS) == 61
    assert FOLDING.keys() == set(LABELS) - {"q"}
    assert len(SCORED_PHONES) == len(set(SCORED_PHONES)) == 39
    assert set(fold_phones(LABELS)) == set(SCORED_PHONES)


@pytest.mark.parametrize(
    ("labels", "phones"),
    [
        ("h# sh iy hv ae dcl jh axr h#", "sil sh iy hh ae sil jh er sil"),
        ("ao zh el em en nx eng ix ax ax-h ux", "aa sh l m n n ng ih ah ah uw"),
        ("kcl k kcl tcl t", "sil k sil t"),
        ("kcl q tcl aa q aa", "sil aa aa"),
        ("sil s sil sil", "sil s sil"),
        ("", ""),
    ],
)
def test_a_sequence_is_folded_as_it_is_scored(labels: str, phones: str) -> None:
    assert fold_phones(labels.split()) == phones.split()
    assert fold_phones(phones.split()) == phones.split()


@pytest.mark.parametrize("label", ["", "AA", "xx", "aa "])
def test_what_is_no_label_cannot_be_folded(label: str) -> None:
    with pytest.raises(PhoneLabelError, match="no phone label"):
        fold_phones(["aa", label])


@pytest.mark.parametrize(
    "text",
    [
        "0 2260 h#\n2260 4070 sh\n4100 5265 ax-h\n",
        "0 2260 H#\r\n2260 4070 SH\r\n\r\n4100 5265 AX-H\r\n",
        "\n0\t2260 h#\n  2260  4070 sh \n\n4100 5265 ax-h",
    ],
    ids=["plain", "CRLF and upper case", "blank lines and blanks"],
)
def test_labels_are_read_in_every_spelling(text: str) -> None:
    assert parse_phone_labels(text) == [
        PhoneSegment(0, 2260, "h#"),
        PhoneSegment(2260, 4070, "sh"),
        PhoneSegment(4100, 5265, "ax-h"),
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "empty"),
        ("\r\n\n", "empty"),
        ("0 2260 h#\n2260 sh", "Line 2 .*'2260 sh', is not 'start end phone'"),
        ("0 10 h# h#", "is not 'start end phone'"),
        ("-5 10 h#", "is not 'start end phone'"),
        ("0 1.5 h#", "is not 'start end phone'"),
        ("0 10 hello", "Line 1 .* not one of TIMIT's 61"),
        ("0 10 sil", "not one of TIMIT's 61"),
        ("10 10 h#", "ends before it starts"),
        ("20 10 h#", "ends before it starts"),
        ("0 20 h#\n\n19 30 aa", "Line 3 .* starts before the segment above"),
    ],
)
def test_what_are_no_labels_is_refused(text: str, fault: str) -> None:
    with pytest.raises(PhoneLabelError, match=fault) as caught:
        parse_phone_labels(text)
    assert isinstance(caught.value, CorpusError)
    assert str(caught.value).count("\n") == 0


@pytest.mark.parametrize(
    ("recording", "labels"),
    [
        ("TRAIN/DR1/FVMH0/SX123.WAV", "TRAIN/DR1/FVMH0/SX123.PHN"),
        ("TRAIN/DR1/FVMH0/SX123.WAV.wav", "TRAIN/DR1/FVMH0/SX123.PHN"),
        ("TRAIN/DR1/FVMH0/SX123.flac", "TRAIN/DR1/FVMH0/SX123.PHN"),
        ("train/dr1/fvmh0/sx123.wav", "train/dr1/fvmh0/sx123.phn"),
        ("dr1-fvmh0/sx123.wav", "dr1-fvmh0/SX123.PHN"),
        ("DR1/SX123.WAV", "DR1/sx123.phn"),
        ("DR1/SX123.WAV", "DR1/SX123.phn"),
        ("SX123.WAV", "SX123.PHN"),
    ],
)
def test_labels_lie_beside_their_recording(recording: str, labels: str) -> None:
    others = {"TRAIN/DR1/FVMH0/SX12.PHN", "TEST/SX123.PHN", "DR1/SX123.WAV.PHN"}
    assert label_path(recording, others | {recording, labels}) == labels
    assert label_path(recording, others | {recording}) is None


@pytest.mark.parametrize("name", ["TRAIN/DR1/FVMH0/SA1.WAV", "dr1_fvmh0_sa2", "sa1", "x/sa2.PHN"])
def test_the_sentences_that_all_read_are_known(name: str) -> None:
    assert is_read_by_all(name)


@pytest.mark.parametrize("name", ["TRAIN/SA1/FVMH0/SX1.WAV", "dr1_fvmh0_sa12", "msa1.wav", "si1"])
def test_other_sentences_are_not_read_by_all(name: str) -> None:
    assert not is_read_by_all(name)


@pytest.mark.skipif(not SHARED_TIMIT.is_dir(), reason="the speech data is not here")
def test_the_sample_of_timit_is_read_whole() -> None:
    paths = [path for path in SHARED_TIMIT.rglob("*.PHN")]
    listing = {path.as_posix() for path in SHARED_TIMIT.rglob("*")}
    assert len(paths) == 120
    for path in paths:
        assert label_path(path.with_suffix(".WAV").as_posix(), listing) == path.as_posix()
        segments = parse_phone_labels(path.read_text())
        assert all(before.end <= after.start for before, after in pairwise(segments))
        folded = fold_phones(segment.phone for segment in segments)
        assert folded[0] == folded[-1] == "sil"
