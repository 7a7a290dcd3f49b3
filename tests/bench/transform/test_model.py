"""The model's file."""

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
import torch

from gan_audio_compression.bench.transform.model import (
    TransformModel,
    TransformModelError,
    scaled_loudness,
)
from gan_audio_compression.signal.loudness import to_loudness
from gan_audio_compression.signal.spec import FLOOR


def fields_of(model: TransformModel) -> dict[str, Any]:
    return {field.name: getattr(model, field.name) for field in fields(model)}


def test_there_and_back(model: TransformModel) -> None:
    data = model.to_bytes()
    again = TransformModel.from_bytes(data)
    assert again.digest == model.digest
    assert again.to_bytes() == data
    np.testing.assert_array_equal(again.tables.counts, model.tables.counts)
    np.testing.assert_array_equal(again.spread, model.spread)


@pytest.mark.parametrize("place", [0.5, 0.95])
def test_damage_is_seen(model: TransformModel, place: float) -> None:
    data = bytearray(model.to_bytes())
    data[round(place * len(data))] ^= 1
    with pytest.raises(TransformModelError, match="fit it again"):
        TransformModel.from_bytes(bytes(data))


@pytest.mark.parametrize("size", [0, 7, 100, 5000])
def test_what_is_cut_short_is_refused(model: TransformModel, size: int) -> None:
    with pytest.raises(TransformModelError, match=f"the {size} bytes are not the model"):
        TransformModel.from_bytes(model.to_bytes()[:size])


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("mean", np.zeros(127, np.float32)),
        ("mean", np.full(128, np.nan, np.float32)),
        ("basis", np.zeros((128, 128), np.float64)),
        ("spread", np.zeros((128, 16), np.int16)),
    ],
)
def test_arrays_that_do_not_fit_are_refused(
    model: TransformModel, name: str, array: np.ndarray
) -> None:
    with pytest.raises(ValueError, match=f"{name} must be"):
        TransformModel(**(fields_of(model) | {name: array}))


def test_the_loudness_is_that_of_speech_times_64() -> None:
    log_mel = np.linspace(FLOOR, 1, 50, dtype=np.float32)
    expected = 64 * to_loudness(torch.from_numpy(log_mel)).numpy()
    np.testing.assert_allclose(scaled_loudness(log_mel), expected, rtol=1e-5)
    assert scaled_loudness(log_mel).dtype == np.float64


def test_what_no_speech_has_becomes_the_floor(model: TransformModel) -> None:
    """Coefficients of a loudness below zero in all bands."""
    silence = np.full((50, 128), FLOOR, np.float32)
    below = 2 * model.coefficients(silence) - model.coefficients(silence + 4)
    np.testing.assert_allclose(model.log_mel(below, 50), FLOOR)


def test_coefficients_of_a_log_mel_give_it_back(model: TransformModel) -> None:
    log_mel = np.random.default_rng(0).uniform(-10, 0, (50, 128)).astype(np.float32)
    np.testing.assert_allclose(model.log_mel(model.coefficients(log_mel), 50), log_mel, atol=1e-3)
