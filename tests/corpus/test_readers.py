import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from gan_audio_compression.corpus.entry import CorpusEntry
from gan_audio_compression.corpus.errors import CorpusError
from gan_audio_compression.corpus.readers import list_entries

SHARED_DATA = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"
SPEAKER_TABLE = """\
; a comment that mentions TRN and TST
;ID  Sex DR Use  RecDate   BirthDate  Ht
VMH0  F  1  TRN  03/11/86  01/08/60  5'05"
DAB0  M  1  TST  01/30/86  02/18/62  5'6"
"""


def no_text(path: str) -> str:
    raise AssertionError(f"{path} should not be read")


def texts(**files: str) -> Callable[[str], str]:
    """Serve the given texts by the stem of a file's name."""
    return lambda path: files[path.rpartition("/")[2].partition(".")[0]]


def files_below(root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    "path",
    [
        "TRAIN/DR1/FVMH0/SI1466.WAV",
        "train/dr1/fvmh0/si1466.wav",
        "TIMIT/TRAIN/DR1/FVMH0/SI1466.WAV",
        "disk/timit/Train/Dr1/Fvmh0/si1466.WAV.wav",
        "TRAIN/DR1/FVMH0/SI1466.flac",
    ],
)
def test_timit_path_tells_everything_in_any_case_and_below_any_folder(path: str) -> None:
    assert list_entries([path, "README.DOC"], no_text) == [
        CorpusEntry("dr1_fvmh0_si1466", path, "fvmh0", "dr1", "F", "train")
    ]


def test_timit_takes_split_and_sex_from_the_folders() -> None:
    entries = list_entries(
        ["TRAIN/DR8/FBCG1/SX1.WAV", "TEST/DR4/MDAB0/SX2.WAV", "TEST/DR4/XYZ0/SX3.WAV"], no_text
    )
    assert [(entry.speaker, entry.sex, entry.split) for entry in entries] == [
        ("mdab0", "M", "test"),
        ("xyz0", None, "test"),
        ("fbcg1", "F", "train"),
    ]


def test_converted_copy_beside_the_original_counts_once() -> None:
    paths = ["TRAIN/DR1/FVMH0/SA1.WAV", "TRAIN/DR1/FVMH0/SA1.WAV.wav", "TRAIN/DR1/FVMH0/SA1.TXT"]
    assert [entry.path for entry in list_entries(paths, no_text)] == ["TRAIN/DR1/FVMH0/SA1.WAV"]


def test_timit_tree_that_lies_there_twice_counts_once() -> None:
    paths = ["data/TRAIN/DR1/FVMH0/SA1.WAV", "TRAIN/DR1/FVMH0/SA1.WAV"]
    assert [entry.path for entry in list_entries(paths, no_text)] == ["TRAIN/DR1/FVMH0/SA1.WAV"]


def test_files_outside_the_timit_tree_are_left_out_with_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    entries = list_entries(["TRAIN/DR1/FVMH0/SA1.WAV", "noise/hum.wav"], no_text)
    assert [entry.speaker for entry in entries] == ["fvmh0"]
    assert "Of 2 audio files 1 are TIMIT utterances" in caplog.text


def test_ninth_dialect_region_is_not_timit() -> None:
    (entry,) = list_entries(["TRAIN/DR9/FVMH0/SA1.WAV"], no_text)
    assert entry.split is None and entry.dialect_region is None


def test_flat_timit_takes_splits_from_the_speaker_table() -> None:
    paths = ["timit/dr1-fvmh0/sa1.wav", "timit/dr1-mdab0/SA2.WAV", "timit/spkrinfo.txt"]
    assert list_entries(paths, texts(spkrinfo=SPEAKER_TABLE)) == [
        CorpusEntry("dr1_fvmh0_sa1", "timit/dr1-fvmh0/sa1.wav", "fvmh0", "dr1", "F", "train"),
        CorpusEntry("dr1_mdab0_sa2", "timit/dr1-mdab0/SA2.WAV", "mdab0", "dr1", "M", "test"),
    ]


def test_flat_timit_without_the_table_or_off_the_table_states_no_split() -> None:
    (without,) = list_entries(["dr1-fvmh0/sa1.wav"], no_text)
    off = list_entries(
        ["dr2-marc0/sa1.wav", "DR1-FVMH0/SA1.WAV", "dr1-mdab0/sa1.wav", "SPKRINFO.TXT"],
        lambda path: SPEAKER_TABLE.lower(),
    )
    assert without.split is None
    splits = {entry.speaker: entry.split for entry in off}
    assert splits == {"fvmh0": "train", "mdab0": "test", "marc0": None}


def test_flat_timit_of_training_speakers_alone_leaves_the_splits_to_be_drawn() -> None:
    """NLTK's sample is such a one."""
    paths = ["dr1-fvmh0/sa1.wav", "dr1-fvmh0/sa2.wav", "spkrinfo.txt"]
    entries = list_entries(paths, texts(spkrinfo=SPEAKER_TABLE))
    assert [entry.split for entry in entries] == [None, None]


def test_manifest_names_the_corpus_and_timit_paths_tell_region_and_sex() -> None:
    manifest = (
        "\ufeffpath,source,speaker,split\n"
        "timit/TEST/DR1/FVMH0/SA1.WAV,timit,timit_fvmh0,test\n"
        '"libri/odd, name.flac",libri,ls_1,valid\n'
        "libri/b.flac,libri,ls_2,train\n"
        "libri/c.flac,libri,ls_3,\n"
    )
    paths = [
        "manifest.csv",
        "timit/TEST/DR1/FVMH0/SA1.WAV",
        "timit/TEST/DR1/FVMH0/SA2.WAV",
        "libri/odd, name.flac",
        "libri/b.flac",
        "libri/c.flac",
    ]
    assert list_entries(paths, texts(manifest=manifest)) == [
        CorpusEntry("libri_b", "libri/b.flac", "ls_2", None, None, "train"),
        CorpusEntry("libri_c", "libri/c.flac", "ls_3", None, None, None),
        CorpusEntry("libri_odd-name", "libri/odd, name.flac", "ls_1", None, None, "validation"),
        CorpusEntry(
            "dr1_fvmh0_sa1", "timit/TEST/DR1/FVMH0/SA1.WAV", "timit_fvmh0", "dr1", "F", "test"
        ),
    ]


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        ("path,speaker\na.wav,x\n", "no column split"),
        ("", "no column path, speaker, split"),
        ("path,speaker,split\na.wav,x,dev\n", "unknown split 'dev'"),
        ("path,speaker,split\na.wav,,train\n", "no speaker for 'a.wav'"),
        ("path,speaker,split\na.wav\n", "no speaker for 'a.wav'"),
        ("path,speaker,split\n../b.wav,x,train\n", "not in the corpus"),
        ("path,speaker,split\na.wav,x,train\na.wav,x,test\n", "'a.wav' twice"),
    ],
)
def test_bad_manifest_is_refused(manifest: str, message: str) -> None:
    with pytest.raises(CorpusError, match=re.escape(message)):
        list_entries(["manifest.csv", "a.wav"], texts(manifest=manifest))


def test_a_manifest_may_name_test_sets() -> None:
    manifest = "path,speaker,split,test_set\na.wav,x,test,telephone\nb.wav,y,test,\n"
    entries = list_entries(["manifest.csv", "a.wav", "b.wav"], texts(manifest=manifest))
    assert [entry.test_set for entry in entries] == ["telephone", None]


def test_noise_and_rooms_of_a_manifest_need_no_speaker() -> None:
    manifest = "path,speaker,split\na.wav,x,train\nhum.wav,,noise\nhall.wav,,rir\n"
    paths = ["manifest.csv", "a.wav", "hall.wav", "hum.wav"]
    entries = list_entries(paths, texts(manifest=manifest))
    assert [(entry.id, entry.split) for entry in entries] == [
        ("a", "train"),
        ("hall", "rir"),
        ("hum", "noise"),
    ]


def test_sub_folders_are_speakers() -> None:
    entries = list_entries(["ann/1.wav", "team/bob/1.OPUS", "team/bob/2.ogg", "notes.txt"], no_text)
    assert [(entry.id, entry.speaker) for entry in entries] == [
        ("ann_1", "ann"),
        ("team_bob_1", "team/bob"),
        ("team_bob_2", "team/bob"),
    ]


def test_files_in_the_root_share_a_speaker_by_prefix_only_if_all_have_one() -> None:
    def speakers(*paths: str) -> list[str]:
        return [entry.speaker for entry in list_entries(paths, no_text)]

    assert speakers("103-1240-0000.flac", "103-1240-0001.flac", "84_1.FLAC") == ["103", "103", "84"]
    assert speakers("103-1.flac", "103-2.flac", "hello.flac") == ["103-1", "103-2", "hello"]
    assert speakers("-1.wav", "-2.wav") == ["-1", "-2"]


def test_hidden_files_are_not_utterances() -> None:
    paths = ["a/x.wav", "a/._x.wav", ".cache/y.wav"]
    assert [entry.path for entry in list_entries(paths, no_text)] == ["a/x.wav"]


@pytest.mark.parametrize("paths", [[], ["a.txt", "wav"], ["._SA1.WAV"]])
def test_corpus_without_audio_is_refused(paths: list[str]) -> None:
    with pytest.raises(CorpusError, match="no audio"):
        list_entries(paths, no_text)


def test_ids_are_unique_file_names_and_do_not_depend_on_the_order() -> None:
    paths = [
        "a/b.wav",
        "a_b.wav",
        "A/B.wav",
        "a/b.flac",
        "été/naïve ☕.wav",
        "日本/語.wav",
        "日本/話.wav",
        "bad\udcff/name.wav",
        "/".join(["deep" * 10] * 20) + ".wav",
    ]
    shuffled = random.Random(0).sample(paths, len(paths))
    entries = list_entries(paths, no_text)
    assert entries == list_entries(shuffled, no_text)
    ids = [entry.id for entry in entries]
    assert len(set(ids)) == len(paths)
    assert all(re.fullmatch("[a-z0-9_-]{1,200}", name) for name in ids)
    assert "ete_naive" in ids


def test_public_sample_of_timit() -> None:
    root = SHARED_DATA / "timit"
    if not root.is_dir():
        pytest.skip("the TIMIT sample is not on this machine")
    entries = list_entries(files_below(root), no_text)
    splits = [entry.split for entry in entries]
    assert (splits.count("train"), splits.count("test"), len(splits)) == (80, 40, 120)
    assert len({entry.speaker for entry in entries if entry.split == "train"}) == 8
    assert {entry.dialect_region for entry in entries} == {f"dr{n}" for n in range(1, 9)}
