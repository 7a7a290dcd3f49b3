"""Weights as bytes: a round trip to the last bit, and refusal of what is no model file."""

from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gan_audio_compression.networks.errors import (
    DamagedModelError,
    ModelFileError,
    NotAModelError,
    TruncatedModelError,
)
from gan_audio_compression.networks.model_header import ModelMetadata
from gan_audio_compression.networks.segment.config import FrameConfig
from gan_audio_compression.networks.serialisation import content_digest, from_file, to_file
from gan_audio_compression.networks.weights import Weights

SHAPE = asdict(FrameConfig(width=16, encoder_blocks=1, generator_blocks=1))


def drawn(*shape: int) -> NDArray[np.float32]:
    return np.random.default_rng(0).random(shape, np.float32)


def file_with(weights: Weights) -> bytes:
    """A file that vouches for whatever is in it."""
    return to_file(ModelMetadata("test", SHAPE, content_digest(SHAPE, weights), ""), weights)


def test_round_trip() -> None:
    written: dict[str, NDArray[Any]] = {
        "encoder.weight": drawn(3, 4).T,
        "encoder.deviation": np.float32(0.5) * np.ones((), np.float32),
        "counts": np.arange(6).reshape(2, 3),
        "kept": np.array([True, False]),
    }
    settings = {"trade": {"lowest_quality": 0.25}}
    metadata = ModelMetadata("test", SHAPE, content_digest(SHAPE, written), "this", settings)
    read, weights = from_file(to_file(metadata, written), "test")
    assert read == metadata and weights.keys() == written.keys()
    for name, weight in written.items():
        assert weights[name].dtype == weight.dtype and weights[name].shape == weight.shape
        np.testing.assert_array_equal(weights[name], weight)


def test_equal_models_are_equal_files() -> None:
    weights = {"a.weight": drawn(3), "levels": drawn(4)}
    assert file_with(weights) == file_with(dict(reversed(weights.items())))


def test_weights_of_half_precision_take_half_the_bytes() -> None:
    halves = drawn(10_000).astype(np.float16).astype(np.float32)
    smallest = np.array([-(2**-24)], np.float32)
    weights = {"a.weight": halves, "b.weight": smallest, "levels": drawn(4)}
    data = file_with(weights)
    assert 20_000 < len(data) < 21_000
    _, back = from_file(data, "test")
    for name, weight in weights.items():
        assert back[name].dtype == np.float32
        np.testing.assert_array_equal(back[name], weight)
    # One weight between two numbers of half precision, and all are stored in full.
    weights["b.weight"] = np.array([1.0001], np.float32)
    data = file_with(weights)
    assert len(data) > 40_000
    np.testing.assert_array_equal(from_file(data, "test")[1]["b.weight"], weights["b.weight"])


@pytest.mark.parametrize("value", [1e6, float("nan")])
def test_a_weight_beyond_half_precision_is_stored_in_full(value: float) -> None:
    weights = {"a.weight": np.array([value, 1.0], np.float32)}
    assert from_file(file_with(weights), "test")[1]["a.weight"][1] == 1.0
    assert b'"F32"' in file_with(weights)


@pytest.mark.parametrize(("largest", "size"), [(2**15 - 1, 2), (2**15, 4)])
@pytest.mark.parametrize("dtype", [np.int32, np.int64])
def test_whole_numbers_take_as_many_bytes_as_they_need(
    largest: int, size: int, dtype: type[np.signedinteger]
) -> None:
    numbers = np.full(10_000, largest, dtype)
    data = file_with({"counts": numbers})
    stored = size if dtype == np.int32 else 8
    assert 10_000 * stored < len(data) < 10_000 * stored + 1000
    back = from_file(data, "test")[1]["counts"]
    assert back.dtype == dtype and np.array_equal(back, numbers)


def test_another_kind_of_model_is_told() -> None:
    data = file_with({"a.weight": drawn(3)})
    with pytest.raises(NotAModelError, match="of kind 'test'; give one of kind 'segment'"):
        from_file(data, "segment")


def test_a_file_cut_anywhere_is_refused() -> None:
    data = file_with({"a.weight": drawn(30), "levels": drawn(4)})
    for length in range(len(data)):
        with pytest.raises(ModelFileError) as caught:
            from_file(data[:length], "test")
        assert caught.type is (NotAModelError if length < 9 else TruncatedModelError)


def test_a_surplus_byte_is_refused() -> None:
    data = file_with({"a.weight": drawn(30)})
    with pytest.raises(DamagedModelError, match="tensors cannot be read"):
        from_file(data + b"\x00", "test")


@pytest.mark.parametrize("dtype", [np.float64, np.complex64, np.uint8])
def test_a_type_that_no_model_has_is_refused(dtype: type[np.generic]) -> None:
    weights = {"levels": np.ones(3, dtype)}
    data = to_file(ModelMetadata("test", SHAPE, "00" * 32, ""), weights)
    with pytest.raises(DamagedModelError, match="a type that no model has"):
        from_file(data, "test")


def test_a_type_that_numpy_has_not_is_refused() -> None:
    data = file_with({"a.weight": np.array([1.0001], np.float32)})
    # As many bytes of two numbers in bfloat16, in a header as long.
    other = data.replace(b'"F32","shape":[1]', b'"BF16","shape":[2]').replace(b"  ", b" ", 1)
    with pytest.raises(DamagedModelError, match="tensors cannot be read"):
        from_file(other, "test")
