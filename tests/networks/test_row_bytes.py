"""Weights in eight bits: near, exact once rounded, and short in a file."""

import numpy as np
import pytest

from gan_audio_compression.networks.row_bytes import from_bytes, in_bytes

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("shape", [(3, 5), (288, 864), (7, 1, 7)])
@pytest.mark.parametrize("size", [1e-30, 1e-3, 1.0, 1e5])
def test_the_error_is_half_a_step(shape: tuple[int, ...], size: float) -> None:
    weight = (size * RNG.standard_normal(shape)).astype(np.float32)
    rounded = from_bytes(*in_bytes(weight))
    largest = np.abs(weight).reshape(len(weight), -1).max(1)
    error = np.abs(rounded - weight).reshape(len(weight), -1).max(1)
    assert (error <= largest / 127 * 0.51).all()


def test_what_is_rounded_stays_to_the_bit() -> None:
    weight = RNG.standard_normal((500, 40)).astype(np.float32)
    once = from_bytes(*in_bytes(weight))
    np.testing.assert_array_equal(from_bytes(*in_bytes(once)), once)


def test_a_row_of_zeros() -> None:
    whole, steps = in_bytes(np.zeros((2, 3), np.float32))
    assert not whole.any()
    assert not steps.any()
