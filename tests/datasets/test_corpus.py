"""Corpora as they come: nested, linked, with odd files."""

import json
import os
import pickle
from pathlib import Path

import fsspec
import pytest

from gan_audio_compression.datasets.corpus import SpeechCorpusDataset
from gan_audio_compression.datasets.files import DatasetFileError


def write(path: Path, data: bytes = b"") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def test_paths_are_relative_sorted_and_visible(tmp_path: Path) -> None:
    for name in ["b/x.wav", "a/y.txt", "a/b/z.wav", "a b/ü.flac", ".git/config", "a/.DS_Store"]:
        write(tmp_path / name)
    corpus = SpeechCorpusDataset(f"{tmp_path}/").load()
    assert corpus.paths == ("a b/ü.flac", "a/b/z.wav", "a/y.txt", "b/x.wav")


def test_linked_folders_are_entered_once(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere" / "x.wav", b"sound")
    root = tmp_path / "corpus"
    root.mkdir()
    os.symlink(tmp_path / "elsewhere", root / "train")
    os.symlink(root, root / "loop")
    corpus = SpeechCorpusDataset(str(root)).load()
    assert corpus.paths == ("train/x.wav",)
    assert corpus.read_bytes("train/x.wav") == b"sound"


def test_text_of_any_encoding_can_be_read(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "ça\n".encode("latin-1"))
    assert SpeechCorpusDataset(str(tmp_path)).load().read_text("a.txt") == "\ufffda\n"


def test_a_corpus_can_be_sent_to_another_process(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", b"sound")
    corpus = pickle.loads(pickle.dumps(SpeechCorpusDataset(str(tmp_path)).load()))
    assert corpus.paths == ("a.wav",)
    assert corpus.read_bytes("a.wav") == b"sound"


def test_a_corpus_in_object_storage() -> None:
    fs = fsspec.filesystem("memory")
    fs.pipe({"/corpus/a/x.wav": b"sound", "/corpus/.hidden": b""})
    corpus = SpeechCorpusDataset("memory:///corpus").load()
    assert corpus.paths == ("a/x.wav",)
    assert corpus.read_bytes("a/x.wav") == b"sound"


def test_a_missing_folder_is_named_with_what_to_do(tmp_path: Path) -> None:
    dataset = SpeechCorpusDataset(str(tmp_path / "nowhere"))
    assert not dataset.exists()
    with pytest.raises(DatasetFileError, match=r"nowhere does not exist: set corpus\.path"):
        dataset.load()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    corpus = SpeechCorpusDataset(str(tmp_path)).load()
    with pytest.raises(DatasetFileError, match=r"x\.wav is not in the corpus"):
        corpus.read_bytes("x.wav")


def test_a_corpus_is_never_written(tmp_path: Path) -> None:
    with pytest.raises(DatasetFileError, match="read only"):
        SpeechCorpusDataset(str(tmp_path)).save({})  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_preview_counts_the_files(tmp_path: Path) -> None:
    for number in range(30):
        write(tmp_path / f"{number:02}.wav")
    preview = json.loads(SpeechCorpusDataset(str(tmp_path)).preview())
    assert preview["files"] == 30
    assert preview["first"][0] == "00.wav"
