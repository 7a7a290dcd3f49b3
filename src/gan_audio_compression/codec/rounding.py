"""Weights in half precision, for a file of half the length."""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.codec.trained_codec import TrainedCodec
from gan_audio_compression.networks.serialisation import halved

Model = TypeVar("Model", bound=TrainedCodec)


def rounded_to_half(model: Model) -> Model:
    """Return `model` with each weight rounded to half precision, so that its file is half as long.

    It is another model, of another digest; what codes the symbols stays.

    Raises:
        ValueError: a weight is beyond the range of half precision.
    """
    return model.changed(_rounded)


def _rounded(name: str, weight: NDArray[Any]) -> NDArray[Any]:
    # Only "module.name" is a weight of a network.
    if "." not in name:
        return weight
    rounded = halved(weight).astype(np.float32)
    if not np.isfinite(rounded).all():
        raise ValueError("a weight is above 65504, the end of half precision")
    return rounded
