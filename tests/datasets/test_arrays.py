"""Several arrays in a safetensors file."""

from pathlib import Path

import numpy as np
import pytest

from gan_audio_compression.datasets.arrays import ArraysDataset
from gan_audio_compression.datasets.files import DatasetFileError


def test_arrays_come_back_by_their_names(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    arrays = {name: draw.random((n, 128), np.float32) for name, n in (("a", 3), ("b/ü", 0))}
    arrays["turned"] = draw.random((4, 5), np.float32).T
    dataset = ArraysDataset(str(tmp_path / "shard.safetensors"))
    dataset.save(arrays)
    loaded = dataset.load()
    assert loaded.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(loaded[name], array)


def test_other_numbers_are_refused(tmp_path: Path) -> None:
    dataset = ArraysDataset(str(tmp_path / "shard.safetensors"))
    with pytest.raises(DatasetFileError, match="cannot hold float64 as a"):
        dataset.save({"a": np.zeros(3)})  # type: ignore[dict-item]
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("kept", [0, 20, -1])
def test_a_truncated_file_is_refused(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "shard.safetensors"
    ArraysDataset(str(path)).save({"a": np.zeros((8, 128), np.float32)})
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(DatasetFileError, match="not a complete safetensors file"):
        ArraysDataset(str(path)).load()
