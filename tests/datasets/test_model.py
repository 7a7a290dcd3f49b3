"""Models by the class that the catalog names."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Self

import pytest

from gan_audio_compression.datasets.files import DatasetFileError
from gan_audio_compression.datasets.model import ModelDataset


class Gain:
    """The smallest model there is."""

    def __init__(self, value: int) -> None:
        self.value = value

    def to_bytes(self) -> bytes:
        return bytes([self.value])

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        return cls(data[0])


@pytest.fixture
def dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelDataset:
    monkeypatch.setitem(__import__("sys").modules, "a_module", SimpleNamespace(Gain=Gain))
    return ModelDataset(str(tmp_path / "model.bin"), model="a_module.Gain")


def test_the_class_writes_and_reads(dataset: ModelDataset) -> None:
    dataset.save(Gain(7))
    loaded = dataset.load()
    assert isinstance(loaded, Gain)
    assert loaded.value == 7


def test_another_class_is_refused(dataset: ModelDataset) -> None:
    with pytest.raises(DatasetFileError, match=r"is for a_module\.Gain, not for SimpleNamespace"):
        dataset.save(SimpleNamespace(to_bytes=lambda: b""))  # type: ignore[arg-type]
    assert not dataset.exists()


@pytest.mark.parametrize("model", ["no_such_module.Gain", "a_module.Loss", "Gain"])
def test_a_wrong_name_in_the_catalog_is_told(dataset: ModelDataset, model: str) -> None:
    dataset.save(Gain(7))
    wrong = ModelDataset(str(dataset._filepath), model=model)
    with pytest.raises(DatasetFileError, match=f"{model} cannot be imported"):
        wrong.load()


def test_the_class_is_not_imported_before_it_is_used(tmp_path: Path) -> None:
    assert not ModelDataset(str(tmp_path / "model.bin"), model="no_such_module.Gain").exists()


def test_preview_tells_the_size(dataset: ModelDataset) -> None:
    dataset.save(Gain(7))
    assert json.loads(dataset.preview())["bytes"] == 1
