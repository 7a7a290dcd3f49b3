"""The folder in which training keeps its checkpoints."""

from pathlib import Path

import pytest

from gan_audio_compression.datasets.checkpoint import CheckpointStoreDataset
from gan_audio_compression.datasets.files import DatasetFileError


def test_the_folder_is_made_and_keeps_what_is_in_it(tmp_path: Path) -> None:
    dataset = CheckpointStoreDataset(str(tmp_path / "a" / "checkpoints"))
    assert dataset.exists()
    (dataset.load() / "last.safetensors").write_bytes(b"weights")
    assert (dataset.load() / "last.safetensors").read_bytes() == b"weights"


def test_remote_folders_are_refused() -> None:
    remote = CheckpointStoreDataset("memory://bucket/checkpoints")
    with pytest.raises(DatasetFileError, match=r"memory://bucket/checkpoints.*GAC_SCRATCH"):
        remote.load()


def test_nothing_is_saved_through_the_catalog(tmp_path: Path) -> None:
    with pytest.raises(DatasetFileError, match="node's input"):
        CheckpointStoreDataset(str(tmp_path)).save(tmp_path)  # type: ignore[arg-type]
