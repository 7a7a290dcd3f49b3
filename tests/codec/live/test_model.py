"""The model file of the live codec: it comes back, and the one that ships is small."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from gan_audio_compression.codec.live.model import LiveModel
from gan_audio_compression.codec.live.shipped import LIVE_MODEL, open_live_model
from gan_audio_compression.codec.rounding import rounded_to_bytes
from gan_audio_compression.networks.errors import DamagedModelError, ModelFileError


def test_a_model_comes_back(live_model: LiveModel) -> None:
    again = LiveModel.from_bytes(live_model.to_bytes())
    assert again.digest == live_model.digest
    assert again.settings == live_model.settings


def test_a_model_goes_to_another_process(live_model: LiveModel) -> None:
    # What it has computed by then stays behind.
    assert live_model.encoder
    assert live_model.generator
    assert pickle.loads(pickle.dumps(live_model)).digest == live_model.digest


def test_a_model_in_bytes_is_short_and_exact(live_model: LiveModel) -> None:
    rounded = rounded_to_bytes(live_model)
    data = rounded.to_bytes()
    assert len(data) < 0.75 * len(live_model.to_bytes())
    assert LiveModel.from_bytes(data).digest == rounded.digest
    for name, weight in live_model.weights.items():
        limit = 0.005 * np.abs(weight).max()
        np.testing.assert_allclose(rounded.weights[name], weight, atol=limit)


def test_the_model_that_ships_has_at_most_eight_megabytes() -> None:
    assert LIVE_MODEL.stat().st_size <= 8_000_000
    model = open_live_model()
    assert rounded_to_bytes(model).to_bytes() == LIVE_MODEL.read_bytes()


def test_a_damaged_model_is_named(live_model: LiveModel, tmp_path: Path) -> None:
    path = tmp_path / "live.safetensors"
    data = bytearray(live_model.to_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(DamagedModelError, match=r"live\.safetensors: the model file is damaged"):
        open_live_model(path)
    with pytest.raises(ModelFileError, match="none cannot be read"):
        open_live_model(tmp_path / "none")
