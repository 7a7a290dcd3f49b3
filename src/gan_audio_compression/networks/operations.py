"""What networks compute beside products, for arrays and tensors alike.

Tensors are PyTorch's affair, with gradients and on any device; arrays need NumPy alone.
"""

import math
from functools import cache
from typing import Any, cast

import numpy as np
from array_api_compat import is_torch_array
from numpy.polynomial import Chebyshev, Polynomial
from numpy.typing import NDArray

from gan_audio_compression.signal.arrays import Array

_EPSILON = 1e-5
# The distribution of a normal variable less one half is the variable times a polynomial of its
# square: for each type where that ends, and the degree that leaves rounding alone.
_ENDS_AND_DEGREES = {np.dtype(np.float32): (5.5, 16), np.dtype(np.float64): (8.0, 36)}
# So many numbers at once stay near to the processor.
_AT_ONCE = 8192


def layer_norm(features: Array) -> Array:
    """Return features [..., width] with zero mean and a deviation of one in each frame."""
    if is_torch_array(features):
        from torch.nn import functional

        normal: Any = functional.layer_norm(features, features.shape[-1:], eps=_EPSILON)
        return cast(Array, normal)
    centred: Array = features - features.mean(-1, keepdims=True)
    variance = np.square(centred).mean(-1, keepdims=True)
    centred /= np.sqrt(variance + _EPSILON)
    return centred


def gelu(features: Array) -> Array:
    """Return each feature times the share of a normal distribution that lies below it.

    Gaussian error linear units (Hendrycks and Gimpel, 2016).
    """
    if is_torch_array(features):
        from torch.nn import functional

        result: Any = functional.gelu(features)
        return cast(Array, result)
    outputs: Array = np.empty_like(features)
    inputs, weighted = features.reshape(-1), outputs.reshape(-1)
    for start in range(0, inputs.size, _AT_ONCE):
        part = inputs[start : start + _AT_ONCE]
        weighted[start : start + _AT_ONCE] = part * _normal_distribution(part)
    return outputs


def _normal_distribution(values: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the share [n] of a normal distribution below values [n]: within 3e-14 in float64."""
    end, _ = _ENDS_AND_DEGREES[values.dtype]
    near: NDArray[np.floating] = np.clip(values, -end, end)
    square = near * near
    square *= values.dtype.type(2 / end**2)
    square -= 1
    highest, *lower = _coefficients(values.dtype)
    share: NDArray[np.floating] = np.full_like(square, highest)
    for coefficient in lower:
        share *= square
        share += coefficient
    share *= near
    share += values.dtype.type(0.5)
    return share


@cache
def _coefficients(dtype: np.dtype[np.floating]) -> list[np.floating]:
    """Return the polynomial's coefficients, from the highest power down."""
    end, degree = _ENDS_AND_DEGREES[dtype]

    def beyond_half(places: NDArray[np.float64]) -> NDArray[np.float64]:
        distances = end * np.sqrt((places + 1) / 2)
        return np.array([math.erf(each / math.sqrt(2)) / (2 * each) for each in distances])

    interpolated = Chebyshev.interpolate(beyond_half, degree)
    return list(interpolated.convert(kind=Polynomial).coef[::-1].astype(dtype))
