"""A corpus in a local folder."""

from pathlib import Path

import pytest

from gan_audio_compression.corpus.errors import CorpusError
from gan_audio_compression.corpus.folder import list_folder


def test_paths_are_relative_to_the_folder_and_its_texts_are_read(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    for name in ("a/b/one.wav", "a/two.wav", "a/notes.txt"):
        (tmp_path / name).touch()
    assert [entry.path for entry in list_folder(tmp_path)] == ["a/b/one.wav", "a/two.wav"]
    (tmp_path / "manifest.csv").write_text("path,speaker,split\na/two.wav,s,test\n")
    (entry,) = list_folder(tmp_path)
    assert (entry.path, entry.speaker, entry.split) == ("a/two.wav", "s", "test")


def test_linked_folders_are_entered_once(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "one.wav").touch()
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "loop").symlink_to(corpus)
    assert [entry.path for entry in list_folder(corpus)] == ["linked/one.wav"]


def test_a_folder_without_audio_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(CorpusError, match="has no audio among its 1 files"):
        list_folder(tmp_path)
