"""What networks compute without PyTorch, against mathematics and PyTorch."""

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gan_audio_compression.networks.operations import gelu, layer_norm


@pytest.mark.parametrize(("dtype", "bound"), [(np.float64, 1e-12), (np.float32, 1e-6)])
def test_gelu_is_the_share_of_a_normal_distribution(dtype: type[np.floating], bound: float) -> None:
    # More than are computed at once, from beyond one end to beyond the other.
    values = np.linspace(-20, 20, 30_000, dtype=dtype).reshape(3, -1)
    exact = [0.5 * x * math.erfc(-x / math.sqrt(2)) for x in values.ravel().tolist()]
    outputs = gelu(values)
    assert outputs.dtype == dtype and outputs.shape == values.shape
    np.testing.assert_allclose(outputs.ravel(), exact, rtol=0, atol=bound)


def test_a_norm_has_no_mean_and_a_deviation_of_one() -> None:
    features = 5 + 3 * np.random.default_rng(0).standard_normal((2, 7, 64))
    normal = layer_norm(features)
    np.testing.assert_allclose(normal.mean(-1), 0, atol=1e-12)
    np.testing.assert_allclose(normal.std(-1), 1, atol=1e-5)


@pytest.mark.parametrize("operation", [gelu, layer_norm])
def test_tensors_give_what_arrays_do(operation: type) -> None:
    features: NDArray[np.float64] = np.random.default_rng(1).standard_normal((4, 5, 33))
    by_tensor = operation(torch.from_numpy(features))
    np.testing.assert_allclose(operation(features), by_tensor.numpy(), atol=1e-12)
