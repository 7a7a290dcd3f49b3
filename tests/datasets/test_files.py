"""Files are replaced in one step, on every filesystem, and versioned on request."""

from pathlib import Path

import pytest
from fsspec.implementations.local import LocalFileSystem
from kedro.io import Version

from gan_audio_compression.datasets.bitstream import BitstreamDataset
from gan_audio_compression.datasets.files import (
    DatasetFileError,
    open_filesystem,
    write_whole,
)


@pytest.mark.parametrize("data", [b"", b"\x00\xff" * 1000])
def test_bytes_come_back_from_a_folder_that_was_missing(tmp_path: Path, data: bytes) -> None:
    dataset = BitstreamDataset(str(tmp_path / "a" / "b" / "x.gac"))
    assert not dataset.exists()
    dataset.save(data)
    assert dataset.exists()
    assert dataset.load() == data
    assert [path.name for path in (tmp_path / "a" / "b").iterdir()] == ["x.gac"]


def test_other_filesystems_by_their_url() -> None:
    dataset = BitstreamDataset("memory://bucket/x.gac")
    dataset.save(b"old")
    dataset.save(b"new")
    assert BitstreamDataset("memory://bucket/x.gac").load() == b"new"


def test_a_write_that_fails_keeps_the_old_file_and_leaves_no_other(tmp_path: Path) -> None:
    path = tmp_path / "x.gac"
    path.write_bytes(b"old")
    fs, _, _ = open_filesystem(str(path), None, None)
    with pytest.raises(TypeError):
        write_whole(fs, str(path), "not bytes")  # type: ignore[arg-type]
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["x.gac"]


def test_a_write_is_not_visible_before_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.gac"
    path.write_bytes(b"old")

    seen: list[bytes] = []

    class Filesystem(LocalFileSystem):  # type: ignore[misc]
        """Looks at the file just before it is renamed."""

        def mv(self, source: str, target: str) -> None:
            seen.extend([path.read_bytes(), Path(source).read_bytes()])
            super().mv(source, target)

    fs = Filesystem()
    write_whole(fs, str(path), b"new")
    assert seen == [b"old", b"new"]
    assert path.read_bytes() == b"new"


def test_a_missing_file_is_named_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "x.gac"
    with pytest.raises(DatasetFileError, match="does not exist: run the pipeline") as caught:
        BitstreamDataset(str(path)).load()
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_versions_are_kept_side_by_side(tmp_path: Path) -> None:
    path = str(tmp_path / "x.gac")
    for name, data in [("2024", b"first"), ("2025", b"second")]:
        BitstreamDataset(path, version=Version(None, name)).save(data)
    assert BitstreamDataset(path, version=Version(None, None)).load() == b"second"
    assert BitstreamDataset(path, version=Version("2024", None)).load() == b"first"
    assert not BitstreamDataset(path, version=Version("2023", None)).exists()
