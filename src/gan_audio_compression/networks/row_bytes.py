"""Weights in eight bits, each row of a matrix in steps of its own."""

import numpy as np
from numpy.typing import NDArray

Weight = NDArray[np.float32]

_LARGEST = 127
# Steps of 16 bits: what a whole number of 7 bits makes of one is exact in single precision.
_SIGNIFICANT = np.uint32(0xFFFFFF00)


def in_bytes(weight: Weight) -> tuple[NDArray[np.int8], Weight]:
    """Return whole numbers in -127 .. 127 as `weight` [rows, ...], and the steps [rows] of them.

    Steps times numbers is the weight in eight bits; of that, the weight itself to the bit.
    """
    flat = weight.reshape(len(weight), -1)
    exact = np.abs(flat).max(1, initial=0.0) / np.float32(_LARGEST)
    steps = (exact.view(np.uint32) + np.uint32(0x80) & _SIGNIFICANT).view(np.float32)
    divisors = np.where(steps > 0, steps, np.float32(1))[:, None]
    whole = np.clip(np.round(flat / divisors), -_LARGEST, _LARGEST).astype(np.int8)
    return whole.reshape(weight.shape), steps


def from_bytes(whole: NDArray[np.int8], steps: Weight) -> Weight:
    """Undo `in_bytes`."""
    weight: Weight = whole.astype(np.float32) * steps.reshape(-1, *[1] * (whole.ndim - 1))
    return weight
