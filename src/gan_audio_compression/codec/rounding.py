"""Weights of fewer bits, for a shorter file."""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.networks.row_bytes import from_bytes, in_bytes
from gan_audio_compression.networks.serialisation import halved
from gan_audio_compression.networks.stored_model import StoredModel

Model = TypeVar("Model", bound=StoredModel)


def rounded_to_half(model: Model) -> Model:
    """Return `model` with each weight rounded to half precision, so that its file is half as long.

    It is another model, of another digest; what codes the symbols stays.

    Raises:
        ValueError: a weight is beyond the range of half precision.
    """
    return model.changed(_to_half)


def rounded_to_bytes(model: Model) -> Model:
    """Return `model` with matrices of eight bits, so that its file is a quarter as long.

    Each row has steps of its own; other weights are as `rounded_to_half` has them.

    Raises:
        ValueError: a weight is beyond the range of half precision.
    """
    return model.changed(_to_bytes)


def _to_bytes(name: str, weight: NDArray[Any]) -> NDArray[Any]:
    if "." not in name or weight.ndim < 2:
        return _to_half(name, weight)
    return from_bytes(*in_bytes(weight))


def _to_half(name: str, weight: NDArray[Any]) -> NDArray[Any]:
    # Only "module.name" is a weight of a network.
    if "." not in name:
        return weight
    rounded = halved(weight).astype(np.float32)
    if not np.isfinite(rounded).all():
        raise ValueError("a weight is above 65504, the end of half precision")
    return rounded
