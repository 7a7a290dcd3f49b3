"""Weights of networks: arrays by name, as files have them."""

from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.networks.errors import DamagedModelError

Weights = Mapping[str, NDArray[Any]]
"""Weights by their names, such as "encoder.blocks.0.expand.bias"."""

Of = TypeVar("Of")

Shapes = Mapping[str, tuple[int, ...]]
"""The shape of each weight, by its name."""


def weights_below(weights: Weights, prefix: str) -> dict[str, NDArray[Any]]:
    """Return the weights of "prefix.name" as "name"."""
    start = f"{prefix}."
    return {n.removeprefix(start): w for n, w in weights.items() if n.startswith(start)}


def weights_under(prefix: str, weights: Mapping[str, Of]) -> dict[str, Of]:
    """Undo `weights_below`, of weights or of what is known of each."""
    return {f"{prefix}.{name}": weight for name, weight in weights.items()}


def require_weights(weights: Weights, shapes: Shapes) -> None:
    """Raise DamagedModelError unless weights are those of `shapes`, in float32, and finite."""
    for name in shapes.keys() | weights.keys():
        fault = _fault(shapes.get(name), weights.get(name))
        if fault:
            raise DamagedModelError(f"weight {name} {fault}")


def _fault(shape: tuple[int, ...] | None, weight: NDArray[Any] | None) -> str | None:
    if shape is None:
        return "is none of the network's"
    if weight is None:
        return "is missing"
    if weight.shape != shape or weight.dtype != np.float32:
        return f"is {weight.dtype} {list(weight.shape)}, not float32 {list(shape)}"
    return None if np.isfinite(weight).all() else "is not finite"
