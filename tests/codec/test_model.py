"""The codec's model: its bytes, its digest, its refusals."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from gan_audio_compression.codec.model import CodecModel
from gan_audio_compression.codec.quantiser import Quantiser, even_levels
from gan_audio_compression.entropy.tables import LevelTables
from gan_audio_compression.networks.config import NetworkConfig
from gan_audio_compression.networks.encoder import Encoder
from gan_audio_compression.networks.generator import Generator
from gan_audio_compression.networks.serialisation import ModelFileError, from_file, to_file

NETWORKS = NetworkConfig(width=16, residual_blocks=1, norm="none")


@pytest.fixture
def model() -> CodecModel:
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    return CodecModel(
        NETWORKS,
        Encoder(NETWORKS),
        Generator(NETWORKS),
        Quantiser(even_levels(4)),
        torch.randint(0, 4, (8, 8)),
        LevelTables.from_histogram(rng.integers(0, 50, (64, 4))),
        "trained on this",
    )


def changed(model: CodecModel, name: str) -> CodecModel:
    """The model with one number of one part changed; it shares no weight with the other."""
    other = CodecModel.from_bytes(model.to_bytes())
    if name in ("encoder", "generator"):
        with torch.no_grad():
            next(getattr(other, name).parameters()).view(-1)[0] += 1e-3
    elif name == "levels":
        levels = other.quantiser.levels.clone()
        levels[0] += 1e-3
        other = replace(other, quantiser=Quantiser(levels))
    elif name == "padding":
        padding = (other.padding + 1) % 4
        other = replace(other, padding=padding)
    elif name == "tables":
        counts = other.tables.counts.copy()
        counts[0, 0] += 1
        counts[0, 1] -= 1
        other = replace(other, tables=LevelTables(counts))
    elif name == "training digest":
        other = replace(other, training_digest="trained on that")
    return other


@torch.no_grad()
def test_round_trip_through_bytes(model: CodecModel) -> None:
    back = CodecModel.from_bytes(model.to_bytes())
    assert back.networks == model.networks
    assert back.training_digest == model.training_digest
    assert back.digest == model.digest
    assert torch.equal(back.quantiser.levels, model.quantiser.levels)
    assert torch.equal(back.padding, model.padding)
    np.testing.assert_array_equal(back.tables.counts, model.tables.counts)
    image, latent = torch.rand(1, 1, 128, 128), torch.rand(1, 8, 8, 8)
    assert torch.equal(back.encoder(image), model.encoder(image))
    assert torch.equal(back.generator(latent), model.generator(latent))
    assert back.positions == 64


@pytest.mark.parametrize("part", ["encoder", "generator", "levels", "padding", "tables"])
def test_the_digest_depends_on_each_part(model: CodecModel, part: str) -> None:
    assert changed(model, part).digest != model.digest
    assert changed(model, part).fingerprint != model.fingerprint


def test_the_digest_does_not_depend_on_the_way_there(model: CodecModel) -> None:
    assert changed(model, "training digest").digest == model.digest


def test_the_fingerprint_begins_the_digest(model: CodecModel) -> None:
    assert len(model.fingerprint) == 4
    assert model.digest.startswith(model.fingerprint.hex())


def test_networks_are_frozen(model: CodecModel) -> None:
    for network in (model.encoder, model.generator):
        assert not network.training
        assert not any(p.requires_grad for p in network.parameters())


def test_bytes_of_something_else_are_refused(model: CodecModel) -> None:
    for data in (b"", b"GAC1 and so on", model.to_bytes()[:-1]):
        with pytest.raises(ModelFileError, match="train the codec again"):
            CodecModel.from_bytes(data)


@pytest.mark.parametrize(
    "missing", ["levels", "counts", "padding", "encoder.layers.0.0.weight", "metadata", "networks"]
)
def test_a_file_without_a_part_is_refused(model: CodecModel, missing: str) -> None:
    tensors, metadata = from_file(model.to_bytes())
    tensors.pop(missing, None)
    metadata.pop({"metadata": "training_digest"}.get(missing, missing), None)
    with pytest.raises(ModelFileError, match="holds no codec"):
        CodecModel.from_bytes(to_file(tensors, metadata))


def test_a_file_with_unusable_parts_is_refused(model: CodecModel) -> None:
    for name, bad in {
        "levels": torch.tensor([0.5, 0.1, 0.2, 0.3]),
        "counts": torch.ones(64, 4, dtype=torch.int32),
        "encoder.layers.0.0.weight": torch.zeros(1),
    }.items():
        tensors, metadata = from_file(model.to_bytes())
        with pytest.raises(ModelFileError, match="holds no codec"):
            CodecModel.from_bytes(to_file(tensors | {name: bad}, metadata))
