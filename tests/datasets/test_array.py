"""Arrays in NumPy files."""

from pathlib import Path

import numpy as np
import pytest

from gan_audio_compression.datasets.array import ArrayDataset
from gan_audio_compression.datasets.files import DatasetFileError


@pytest.mark.parametrize("shape", [(128, 7), (0, 16), ()])
def test_arrays_of_any_shape_come_back(tmp_path: Path, shape: tuple[int, ...]) -> None:
    array = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    array = np.asarray(array, dtype=np.float32)
    dataset = ArrayDataset(str(tmp_path / "a.npy"))
    dataset.save(array)
    loaded = dataset.load()
    assert loaded.dtype == np.float32
    np.testing.assert_array_equal(loaded, array)


def test_other_number_types_are_refused_both_ways(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros(3))
    dataset = ArrayDataset(str(tmp_path / "a.npy"))
    with pytest.raises(DatasetFileError, match="holds float64"):
        dataset.load()
    with pytest.raises(DatasetFileError, match="cannot hold int16"):
        dataset.save(np.zeros(3, np.int16))


def test_pickled_objects_are_never_loaded(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(DatasetFileError, match="not a complete"):
        ArrayDataset(str(tmp_path / "a.npy")).load()


@pytest.mark.parametrize("kept", [0, 5, 30, -1])
def test_a_truncated_file_is_refused(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "a.npy"
    ArrayDataset(str(path)).save(np.ones(10, np.float32))
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(DatasetFileError, match="not a complete"):
        ArrayDataset(str(path)).load()
