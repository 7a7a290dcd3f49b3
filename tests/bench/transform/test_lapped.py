"""The lapped transform is orthonormal, and exact for any number of frames."""

import numpy as np
import pytest

from gan_audio_compression.bench.transform.lapped import (
    BLOCK,
    block_count,
    forward,
    inverse,
)


@pytest.mark.parametrize("frames", [1, 15, 16, 17, 100])
def test_inverse_gives_the_frames_back(frames: int) -> None:
    signal = np.random.default_rng(frames).standard_normal((frames, 3))
    coefficients = forward(signal)
    assert coefficients.shape == (block_count(frames), BLOCK, 3)
    np.testing.assert_allclose(inverse(coefficients, frames), signal, atol=1e-12)


def test_energy_is_kept() -> None:
    signal = np.zeros((64, 2))
    signal[16:48] = np.random.default_rng(0).standard_normal((32, 2))
    assert np.square(forward(signal)).sum() == pytest.approx(np.square(signal).sum())


def test_what_stands_still_is_in_few_coefficients_at_the_edges_too() -> None:
    energy = np.square(forward(np.ones((37, 1))))[:, :, 0]
    assert (energy[:, :2].sum(axis=1) > 0.97 * energy.sum(axis=1)).all()


def test_blocks_do_not_reach_beyond_their_neighbours() -> None:
    coefficients = np.zeros((7, BLOCK, 1))
    coefficients[3] = 1.0
    touched = np.flatnonzero(inverse(coefficients, 6 * BLOCK))
    assert touched.min() >= 2 * BLOCK and touched.max() < 4 * BLOCK
