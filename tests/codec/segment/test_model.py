"""The segment codec's model: its bytes, its digest, its refusals."""

from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from torch import Tensor

from gan_audio_compression.codec.rounding import rounded_to_half
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.codec.segment.quantiser import Quantiser, even_levels
from gan_audio_compression.entropy.tables import LevelTables
from gan_audio_compression.networks.errors import (
    DamagedModelError,
    NotAModelError,
    TruncatedModelError,
)
from gan_audio_compression.networks.model_header import ModelMetadata
from gan_audio_compression.networks.segment.config import FrameConfig, ImageConfig, SegmentConfig
from gan_audio_compression.networks.segment.networks import new_encoder, new_generator
from gan_audio_compression.networks.serialisation import content_digest, from_file, to_file

NETWORKS = FrameConfig(width=16, encoder_blocks=1, generator_blocks=1)


def model_of(networks: SegmentConfig) -> SegmentModel:
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    return SegmentModel(
        networks,
        new_encoder(networks),
        new_generator(networks),
        Quantiser(even_levels(4)),
        torch.randint(0, 4, (networks.positions,)),
        LevelTables.from_histogram(rng.integers(0, 50, (networks.positions, 4))),
        "trained on this",
    )


@pytest.fixture
def model() -> SegmentModel:
    return model_of(NETWORKS)


def changed(model: SegmentModel, name: str) -> SegmentModel:
    """The model with one number of one part changed; it shares no weight with the other."""
    other = SegmentModel.from_bytes(model.to_bytes())
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
@pytest.mark.parametrize("networks", [NETWORKS, ImageConfig(width=16, residual_blocks=1)], ids=str)
def test_round_trip_through_bytes(networks: SegmentConfig) -> None:
    model = model_of(networks)
    back = SegmentModel.from_bytes(model.to_bytes())
    assert back.networks == model.networks
    assert back.training_digest == model.training_digest
    assert back.digest == model.digest
    assert torch.equal(back.quantiser.levels, model.quantiser.levels)
    assert torch.equal(back.padding, model.padding)
    np.testing.assert_array_equal(back.tables.counts, model.tables.counts)
    image = torch.rand(1, 1, 128, 128)
    latent = torch.rand(1, networks.positions, networks.columns)
    assert torch.equal(back.encoder(image), model.encoder(image))
    assert torch.equal(back.generator(latent), model.generator(latent))
    assert back.positions == networks.positions


@pytest.mark.parametrize("part", ["encoder", "generator", "levels", "padding", "tables"])
def test_the_digest_depends_on_each_part(model: SegmentModel, part: str) -> None:
    assert changed(model, part).digest != model.digest
    assert changed(model, part).fingerprint != model.fingerprint


def test_the_digest_does_not_depend_on_the_way_there(model: SegmentModel) -> None:
    assert changed(model, "training digest").digest == model.digest


def test_the_fingerprint_begins_the_digest(model: SegmentModel) -> None:
    assert len(model.fingerprint) == 4
    assert model.digest.startswith(model.fingerprint.hex())


def test_networks_are_frozen(model: SegmentModel) -> None:
    for network in (model.encoder, model.generator):
        assert not network.training
        assert not any(p.requires_grad for p in network.parameters())


def rewritten(model: SegmentModel, **changes: Tensor | None) -> bytes:
    """The file of `model` with other arrays, and the digest of these."""
    kept = dict(from_file(model.to_bytes(), "segment")[1])
    for name, change in changes.items():
        if change is None:
            del kept[name]
        else:
            kept[name] = change.numpy()
    shape = asdict(model.networks)
    digest = content_digest(shape, kept)
    return to_file(ModelMetadata("segment", shape, digest, "trained on this"), kept)


def test_bytes_of_something_else_are_refused(model: SegmentModel) -> None:
    with pytest.raises(NotAModelError):
        SegmentModel.from_bytes(b"GAC1 and so on")
    with pytest.raises(TruncatedModelError):
        SegmentModel.from_bytes(model.to_bytes()[:-1])


def test_a_flipped_bit_is_seen(model: SegmentModel) -> None:
    data = bytearray(model.to_bytes())
    for place, fault in ((len(data) // 2, "digest differs"), (-100, "counts must")):
        damaged = data.copy()
        damaged[place] ^= 1
        with pytest.raises(DamagedModelError, match=fault):
            SegmentModel.from_bytes(bytes(damaged))


@pytest.mark.parametrize("missing", ["levels", "counts", "padding", "encoder.layers.place"])
def test_a_file_without_a_part_is_refused(model: SegmentModel, missing: str) -> None:
    with pytest.raises(DamagedModelError, match=missing.removeprefix("encoder.")):
        SegmentModel.from_bytes(rewritten(model, **{missing: None}))


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("levels", torch.tensor([0.5, 0.1, 0.2, 0.3])),
        ("levels", torch.tensor([0.1, 0.2, 0.3, torch.inf])),
        ("levels", torch.arange(4)),
        ("levels", torch.zeros(0)),
        ("levels", torch.rand(2, 2)),
        ("counts", torch.ones(16, 4, dtype=torch.int32)),
        ("counts", torch.full((16, 4), 2**14).float()),
        ("counts", torch.full((8, 4), 2**14, dtype=torch.int32)),
        ("counts", torch.full((16, 8), 2**13, dtype=torch.int32)),
        ("padding", torch.full((16,), 4)),
        ("padding", torch.full((16,), -1)),
        ("padding", torch.zeros(15, dtype=torch.int64)),
        ("padding", torch.zeros(2, 8, dtype=torch.int64)),
        ("padding", torch.zeros(16)),
        ("encoder.layers.place", torch.zeros(1)),
        ("generator.layers.in_proj.bias", torch.full((16,), torch.nan)),
    ],
)
def test_a_file_with_unusable_parts_is_refused(model: SegmentModel, name: str, bad: Tensor) -> None:
    with pytest.raises(DamagedModelError, match="download it again, or train it again"):
        SegmentModel.from_bytes(rewritten(model, **{name: bad}))


def test_half_precision(model: SegmentModel) -> None:
    half = rounded_to_half(model)
    assert isinstance(half, SegmentModel)
    assert half.digest != model.digest
    assert len(half.to_bytes()) < 0.6 * len(model.to_bytes())
    back = SegmentModel.from_bytes(half.to_bytes())
    assert back.digest == half.digest
    for rounded, weight in zip(
        back.generator.parameters(), model.generator.parameters(), strict=True
    ):
        assert rounded.dtype == torch.float32
        torch.testing.assert_close(rounded, weight, rtol=2**-11, atol=2**-25)
    assert torch.equal(half.quantiser.levels, model.quantiser.levels)
    assert torch.equal(half.padding, model.padding)
    np.testing.assert_array_equal(half.tables.counts, model.tables.counts)
    assert rounded_to_half(half).to_bytes() == half.to_bytes()


def test_weights_beyond_half_precision_are_not_rounded(model: SegmentModel) -> None:
    large = changed(model, "training digest")
    with torch.no_grad():
        next(large.encoder.parameters()).view(-1)[0] = 1e6
    with pytest.raises(ValueError, match="above 65504"):
        rounded_to_half(large)


@torch.no_grad()
def test_another_precision_is_the_same_model(model: SegmentModel) -> None:
    coarse = model.to("cpu", "bfloat16")
    assert coarse.digest == model.digest
    images, latents = torch.rand(2, 1, 128, 128), torch.rand(2, 16, 32)
    for ours, exact in (
        (coarse.encode(images), model.encode(images)),
        (coarse.generate(latents), model.generate(latents)),
    ):
        assert ours.dtype == torch.float32
        assert not torch.equal(ours, exact)
        torch.testing.assert_close(ours, exact, rtol=0, atol=0.05)


@torch.no_grad()
def test_in_full_precision_the_networks_are_just_called(model: SegmentModel) -> None:
    images, latents = torch.rand(2, 1, 128, 128), torch.rand(2, 16, 32)
    assert torch.equal(model.encode(images), model.encoder(images))
    assert torch.equal(model.generate(latents), model.generator(latents))


def test_a_moved_model_shares_no_weight(model: SegmentModel) -> None:
    digest, moved = model.digest, model.to("cpu")
    for weight in (*moved.encoder.parameters(), *moved.generator.parameters()):
        weight.zero_()
    assert replace(model).digest == digest
    assert replace(moved).digest != digest


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_a_model_on_a_gpu_is_the_same_model(model: SegmentModel) -> None:
    assert model.to("cuda").digest == model.digest
    assert model.to("cuda").to_bytes() == model.to_bytes()
