"""Arrays and tensors through the same functions."""

import numpy as np
import torch

from gan_audio_compression.signal.arrays import at_least, like


def test_what_is_at_least_keeps_its_type_and_its_gradient() -> None:
    single = at_least(np.array([-2.0, 3.0, np.nan], np.float32), 1.0)
    assert single.dtype == np.float32
    np.testing.assert_array_equal(single, [1.0, 3.0, np.nan])
    leaf = torch.tensor([-2.0, 3.0], requires_grad=True)
    at_least(leaf, 1.0).sum().backward()
    assert leaf.grad is not None and leaf.grad.tolist() == [0.0, 1.0]


def test_a_table_becomes_like_what_it_is_used_with() -> None:
    table = np.ones(3, np.float32)
    assert like(table, np.zeros(1)).dtype == np.float64
    half = like(table, torch.zeros(1, dtype=torch.bfloat16))
    assert isinstance(half, torch.Tensor) and half.dtype == torch.bfloat16
