"""A folder of partitions, empty or not."""

from pathlib import Path

import pytest
from kedro.io import DatasetError
from kedro_datasets.partitions import PartitionedDataset

from gan_audio_compression.datasets.partitions import PartitionsDataset

BITSTREAM = "gan_audio_compression.datasets.bitstream.BitstreamDataset"


def test_nothing_saved_is_an_empty_mapping(tmp_path: Path) -> None:
    folder = str(tmp_path / "none")
    with pytest.raises(DatasetError):
        PartitionedDataset(path=folder, dataset=BITSTREAM).load()
    dataset = PartitionsDataset(path=folder, dataset=BITSTREAM)
    assert dataset.load() == {}
    assert not dataset.exists()


def test_what_is_saved_after_a_look_is_seen(tmp_path: Path) -> None:
    dataset = PartitionsDataset(path=str(tmp_path), dataset=BITSTREAM)
    assert dataset.load() == {}
    dataset.save({"a.opus": b"1", "b.opus": b"2"})
    assert {id: load() for id, load in dataset.load().items()} == {"a.opus": b"1", "b.opus": b"2"}
    assert dataset.exists()
