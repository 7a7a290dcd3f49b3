"""What is computed of NumPy's arrays and PyTorch's tensors alike, by the array API standard.

A codec gives arrays; training and a search give tensors, on any device and with a gradient.
"""

from typing import Any, TypeVar

import array_api_compat
import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = TypeVar("Array", bound=Any)
"""An array or a tensor of floats."""

Floats = NDArray[np.floating]
"""An array of floats, in single or double precision."""

Spectrum = NDArray[np.complexfloating]
"""An array of complex numbers, in single or double precision."""


def array_namespace(values: Array) -> Any:
    """Return the functions for arrays or tensors, by the array API standard.

    NumPy's own, since what stands around them in array_api_compat is slow to import.
    """
    if isinstance(values, np.ndarray | np.generic):
        return np
    return array_api_compat.array_namespace(values)


def like(table: NDArray[Any], values: Array) -> Array:
    """Return a table as `values` are: an array or a tensor, of the same precision and device."""
    space = array_namespace(values)
    converted: Array = space.asarray(table, dtype=values.dtype, device=values.device)
    return converted


def complex_of(precision: DTypeLike) -> np.dtype[np.complexfloating]:
    """Return the type of complex numbers in the precision of a type of floats."""
    return np.result_type(precision, np.complex64)


def at_least(values: Array, lowest: float) -> Array:
    """Return values, and `lowest` where they are below it; what is no number stays so."""
    clipped: Array = array_namespace(values).where(values < lowest, lowest, values)
    return clipped
