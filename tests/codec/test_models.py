"""Models by name or path."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from gan_audio_compression.codec import models
from gan_audio_compression.codec.models import (
    UnknownModelError,
    model_name_of,
    model_names,
    open_model,
)
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.codec.sequence.trade import Trade
from gan_audio_compression.networks.errors import (
    ModelFileError,
    NotAModelError,
    OlderModelError,
    TruncatedModelError,
)
from gan_audio_compression.networks.model_header import METADATA_KEY
from gan_audio_compression.networks.serialisation import from_file
from gan_audio_compression.signal.distortion_weights import DistortionWeights


@pytest.fixture
def shipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_model: Callable[[int], SegmentModel]
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
def test_models_by_name(make_model: Callable[[int], SegmentModel]) -> None:
    assert model_names() == ["one", "other"]
    assert open_model("one").digest == make_model(1).digest
    assert open_model("other").digest == make_model(2).digest


@pytest.mark.usefixtures("shipped")
def test_the_name_of_a_fingerprint(make_model: Callable[[int], SegmentModel]) -> None:
    assert model_name_of(make_model(1).fingerprint) == "one"
    assert model_name_of(make_model(2).fingerprint) == "other"
    assert model_name_of(make_model(3).fingerprint) is None


def test_models_by_path(
    shipped: Path, segment_model: SegmentModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shipped.parent / "mine.safetensors"
    path.write_bytes(segment_model.to_bytes())
    for name_or_path in (path, str(path)):
        assert open_model(name_or_path).digest == segment_model.digest
    # A file without a suffix goes before a name, and a name with a suffix is a path.
    monkeypatch.chdir(shipped.parent)
    path.rename("one")
    assert open_model("one").digest == segment_model.digest
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


@pytest.mark.parametrize(("kind", "first"), [("segment", 3), ("sequence", 4)])
def test_an_older_model_is_refused_in_one_sentence(
    tmp_path: Path,
    segment_model: SegmentModel,
    sequence_model: SequenceModel,
    kind: str,
    first: int,
) -> None:
    path = tmp_path / "old.safetensors"
    model = segment_model if kind == "segment" else sequence_model
    metadata, tensors = from_file(model.to_bytes(), kind)
    values = asdict(metadata) | {"format": first - 1}
    path.write_bytes(save(tensors, {METADATA_KEY: json.dumps(values)}))
    message = (
        f"^{path}: the model file is of format {first - 1}, and [^.]* from format {first} on;"
        " train it anew.$"
    )
    with pytest.raises(OlderModelError, match=message):
        open_model(path)


@pytest.mark.parametrize("name", model_names())
def test_shipped_models_are_sound(name: str) -> None:
    model = open_model(name)
    assert model_name_of(model.fingerprint) == name
    data = (models.MODELS / f"{name}.safetensors").read_bytes()
    metadata, tensors = from_file(data, model.kind)
    assert type(model).from_bytes(data).digest == model.digest == metadata.digest
    again, same = from_file(model.to_bytes(), model.kind)
    assert again.training_digest == metadata.training_digest
    assert all(np.array_equal(same[name], tensor) for name, tensor in tensors.items())
    # Weights are in half precision.
    assert len(data) < 16_000_000


def test_a_shipped_sequence_model_has_the_settings_that_it_was_trained_with() -> None:
    model = open_model("default")
    assert isinstance(model, SequenceModel)
    assert (model.trade, model.distortion) == (Trade(), DistortionWeights())


def test_names_need_no_torch() -> None:
    code = (
        "import sys; from gan_audio_compression.codec.models import model_name_of;"
        "model_name_of(bytes(4)); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
