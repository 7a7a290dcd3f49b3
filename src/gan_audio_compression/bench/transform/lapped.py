"""The lapped transform over time: MDCT with a sine window (Princen and Bradley, 1986).

It is orthonormal, as a block DCT is, but its blocks overlap by half: no edges between blocks, and
the same error for fewer bits.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct

BLOCK = 16
"""Frames by which blocks advance, and coefficients of a block: 128 ms."""

Array = NDArray[np.float64]


def block_count(frames: int) -> int:
    """Return how many blocks cover `frames` frames."""
    return -(-frames // BLOCK) + 1


def forward(frames: Array) -> Array:
    """Return the coefficients [blocks, 16, K] of `frames` [F, K], F at least 1.

    Before the first frame and after the last that same frame goes on.
    """
    blocks = block_count(len(frames))
    after = blocks * BLOCK - len(frames)
    padded = np.pad(frames, ((BLOCK, after), (0, 0)), mode="edge")
    halves = padded.reshape(blocks + 1, BLOCK, -1)
    early, late = halves[:-1] * _rise(), halves[1:] * _rise()[::-1]
    half = BLOCK // 2
    folded = np.concatenate(
        [
            -late[:, half - 1 :: -1] - late[:, half:],
            early[:, :half] - early[:, : half - 1 : -1],
        ],
        axis=1,
    )
    return np.asarray(dct(folded, type=4, axis=1, norm="ortho"))


def inverse(coefficients: Array, frames: int) -> Array:
    """Undo `forward`: [blocks, 16, K] to [frames, K]."""
    folded = np.asarray(dct(coefficients, type=4, axis=1, norm="ortho"))
    first, second = np.split(folded, 2, axis=1)
    early = np.concatenate([second, -second[:, ::-1]], axis=1) * _rise()
    late = np.concatenate([-first[:, ::-1], -first], axis=1) * _rise()[::-1]
    joined: Array = (late[:-1] + early[1:]).reshape(-1, coefficients.shape[2])
    return joined[:frames]


@cache
def _rise() -> Array:
    """Return the rising half [16, 1] of the sine window."""
    rise: Array = np.sin(np.pi / (2 * BLOCK) * (np.arange(BLOCK) + 0.5))[:, None]
    return rise
