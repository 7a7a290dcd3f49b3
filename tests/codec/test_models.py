"""Models by name or path."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gan_audio_compression.codec import models
from gan_audio_compression.codec.model import CodecModel
from gan_audio_compression.codec.models import (
    UnknownModelError,
    model_name_of,
    model_names,
    open_model,
)
from gan_audio_compression.networks.errors import (
    ModelFileError,
    NotAModelError,
    TruncatedModelError,
)


@pytest.fixture
def shipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_model: Callable[[int], CodecModel]
) -> Path:
    """A folder with the models "one" and "other" in place of the package's."""
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "other.safetensors").write_bytes(make_model(2).to_bytes())
    (folder / "one.safetensors").write_bytes(make_model(1).to_bytes())
    (folder / "notes.txt").write_text("about the models")
    monkeypatch.setattr(models, "MODELS", folder)
    return folder


@pytest.mark.usefixtures("shipped")
def test_models_by_name(make_model: Callable[[int], CodecModel]) -> None:
    assert model_names() == ["one", "other"]
    assert open_model("one").digest == make_model(1).digest
    assert open_model("other").digest == make_model(2).digest


@pytest.mark.usefixtures("shipped")
def test_the_name_of_a_fingerprint(make_model: Callable[[int], CodecModel]) -> None:
    assert model_name_of(make_model(1).fingerprint) == "one"
    assert model_name_of(make_model(2).fingerprint) == "other"
    assert model_name_of(make_model(3).fingerprint) is None


def test_models_by_path(
    shipped: Path, codec_model: CodecModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shipped.parent / "mine.safetensors"
    path.write_bytes(codec_model.to_bytes())
    for name_or_path in (path, str(path)):
        assert open_model(name_or_path).digest == codec_model.digest
    # A file without a suffix goes before a name, and a name with a suffix is a path.
    monkeypatch.chdir(shipped.parent)
    path.rename("one")
    assert open_model("one").digest == codec_model.digest
    with pytest.raises(ModelFileError, match=r"^other.safetensors cannot be read \(No such file"):
        open_model("other.safetensors")


@pytest.mark.usefixtures("shipped")
def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownModelError, match=r"'papre'.*: one, other\.$"):
        open_model("papre")


def test_without_any_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "MODELS", tmp_path / "nowhere")
    assert model_names() == []
    assert model_name_of(b"\x01\x02\x03\x04") is None
    with pytest.raises(UnknownModelError, match="none so far"):
        open_model("paper")


def test_errors_name_the_file(shipped: Path) -> None:
    path = shipped / "one.safetensors"
    data = path.read_bytes()
    path.write_bytes(data[:-1])
    with pytest.raises(TruncatedModelError, match=f"^{path}: the model file ends after"):
        open_model("one")
    path.write_bytes(b"something else")
    with pytest.raises(NotAModelError, match=f"^{path}: the file is no model"):
        open_model("one")
    with pytest.raises(ModelFileError, match=f"^{shipped} cannot be read"):
        open_model(shipped)


@pytest.mark.parametrize("name", model_names())
def test_shipped_models_are_sound(name: str) -> None:
    model = open_model(name)
    assert model_name_of(model.fingerprint) == name
    assert len((models.MODELS / f"{name}.safetensors").read_bytes()) == len(model.to_bytes())
    assert replace(model).digest == model.digest


def test_names_need_no_torch() -> None:
    code = (
        "import sys; from gan_audio_compression.codec.models import model_name_of;"
        "model_name_of(bytes(4)); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
