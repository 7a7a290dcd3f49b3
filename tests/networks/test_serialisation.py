"""Networks as bytes: a round trip to the last bit, and refusal of what is no model file."""

from dataclasses import asdict
from functools import partial

import pytest
import torch
from torch import Tensor

from gan_audio_compression.networks.errors import (
    DamagedModelError,
    ModelFileError,
    NotAModelError,
    TruncatedModelError,
)
from gan_audio_compression.networks.model_header import ModelMetadata
from gan_audio_compression.networks.segment.config import FrameConfig, ImageConfig, SegmentConfig
from gan_audio_compression.networks.segment.networks import new_encoder, new_generator
from gan_audio_compression.networks.serialisation import (
    content_digest,
    from_file,
    named_tensors,
    open_network,
    tensors_below,
    to_file,
)

CONFIG = FrameConfig(width=16, encoder_blocks=1, generator_blocks=1)
SHAPE = asdict(CONFIG)


def file_with(tensors: dict[str, Tensor]) -> bytes:
    """A file that vouches for whatever is in it."""
    return to_file(ModelMetadata("test", SHAPE, content_digest(SHAPE, tensors), ""), tensors)


@pytest.mark.parametrize("config", [CONFIG, ImageConfig(width=16)])
def test_round_trip(config: SegmentConfig) -> None:
    encoder, generator = new_encoder(config), new_generator(config)
    encoder.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    written = named_tensors(encoder=encoder, generator=generator)
    shape, settings = asdict(config), {"trade": {"lowest_quality": 0.25}}
    metadata = ModelMetadata("test", shape, content_digest(shape, written), "this", settings)
    read, tensors = from_file(to_file(metadata, written), "test")
    assert read == metadata
    other = open_network(partial(new_encoder, config), tensors_below(tensors, "encoder"))
    for ours, theirs in zip(encoder.parameters(), other.parameters(), strict=True):
        assert torch.equal(ours, theirs)
    assert tensors_below(tensors, "generator").keys() == generator.state_dict().keys()


def test_equal_models_are_equal_files() -> None:
    tensors = {"a.weight": torch.rand(3), "levels": torch.rand(4)}
    assert file_with(tensors) == file_with(dict(reversed(tensors.items())))


def test_a_prefix_is_a_whole_name() -> None:
    tensors = {"encoder.weight": torch.ones(1), "encoder_average.weight": torch.zeros(1)}
    assert list(tensors_below(tensors, "encoder")) == ["weight"]


def test_weights_of_half_precision_take_half_the_bytes() -> None:
    weights = torch.rand(10_000).half().float()
    levels = torch.rand(4)
    tensors = {"a.weight": weights, "b.weight": torch.tensor([-(2**-24)]), "levels": levels}
    data = file_with(tensors)
    assert 20_000 < len(data) < 21_000
    _, back = from_file(data, "test")
    for name, tensor in tensors.items():
        assert back[name].dtype == torch.float32
        assert torch.equal(back[name], tensor)
    # One weight between two numbers of half precision, and all are stored in full.
    tensors["b.weight"] = torch.tensor([1.0001])
    data = file_with(tensors)
    assert len(data) > 40_000
    assert torch.equal(from_file(data, "test")[1]["b.weight"], tensors["b.weight"])


@pytest.mark.parametrize("value", [1e6, float("nan")])
def test_a_weight_beyond_half_precision_is_stored_in_full(value: float) -> None:
    tensors = {"a.weight": torch.tensor([value, 1.0])}
    assert from_file(file_with(tensors), "test")[1]["a.weight"][1] == 1.0
    assert b'"F32"' in file_with(tensors)


@pytest.mark.parametrize(("largest", "size"), [(2**15 - 1, 2), (2**15, 4)])
@pytest.mark.parametrize("dtype", [torch.int32, torch.int64])
def test_whole_numbers_take_as_many_bytes_as_they_need(
    largest: int, size: int, dtype: torch.dtype
) -> None:
    numbers = torch.full((10_000,), largest, dtype=dtype)
    data = file_with({"counts": numbers})
    stored = size if dtype == torch.int32 else 8
    assert 10_000 * stored < len(data) < 10_000 * stored + 1000
    back = from_file(data, "test")[1]["counts"]
    assert back.dtype == dtype and torch.equal(back, numbers)


def test_another_kind_of_model_is_told() -> None:
    data = file_with({"a.weight": torch.rand(3)})
    with pytest.raises(NotAModelError, match="of kind 'test'; give one of kind 'segment'"):
        from_file(data, "segment")


def test_a_file_cut_anywhere_is_refused() -> None:
    data = file_with({"a.weight": torch.rand(30), "levels": torch.rand(4)})
    for length in range(len(data)):
        with pytest.raises(ModelFileError) as caught:
            from_file(data[:length], "test")
        assert caught.type is (NotAModelError if length < 9 else TruncatedModelError)


def test_a_surplus_byte_is_refused() -> None:
    data = file_with({"a.weight": torch.rand(30)})
    with pytest.raises(DamagedModelError, match="tensors cannot be read"):
        from_file(data + b"\x00", "test")


def test_a_type_that_no_model_has_is_refused() -> None:
    for dtype in (torch.bfloat16, torch.float64, torch.complex64, torch.uint8):
        tensor = torch.ones(3).to(dtype)
        data = to_file(ModelMetadata("test", SHAPE, "00" * 32, ""), {"levels": tensor})
        with pytest.raises(DamagedModelError, match="a type that no model has"):
            from_file(data, "test")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"layers.place": None}, "layers.place is missing"),
        ({"layers.norm.weight": torch.ones(1)}, "layers.norm.weight is none of the network's"),
        ({"layers.in_proj.bias": torch.zeros(15)}, r"is torch.float32 \[15\], not"),
        (
            {"layers.in_proj.bias": torch.zeros(16, dtype=torch.int32)},
            r"is torch.int32 \[16\], not",
        ),
        ({"layers.in_proj.bias": torch.full((16,), torch.nan)}, "is not finite"),
        ({"layers.in_proj.bias": torch.full((16,), torch.inf)}, "is not finite"),
    ],
)
def test_weights_that_do_not_fit_are_refused(changes: dict[str, Tensor | None], fault: str) -> None:
    changed = new_encoder(CONFIG).state_dict() | changes
    weights = {name: tensor for name, tensor in changed.items() if tensor is not None}
    with pytest.raises(DamagedModelError, match=fault):
        open_network(partial(new_encoder, CONFIG), weights)


def test_a_network_takes_over_its_weights() -> None:
    weights = new_encoder(CONFIG).state_dict()
    network = open_network(partial(new_encoder, CONFIG), weights)
    for name, weight in network.state_dict().items():
        assert weight.data_ptr() == weights[name].data_ptr()


@pytest.mark.parametrize(
    "largest",
    [
        ImageConfig(width=1024, latent_channels=256, residual_blocks=64),
        FrameConfig(width=4096, generator_blocks=64, values=2048),
    ],
    ids=str,
)
def test_the_largest_network_that_a_file_can_ask_for_takes_no_memory(
    largest: SegmentConfig,
) -> None:
    with pytest.raises(DamagedModelError, match="is missing"):
        open_network(partial(new_generator, largest), {})
