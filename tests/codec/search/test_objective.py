"""Known values of the objectives."""

import pytest
import torch

from gan_audio_compression.codec.search.objective import OBJECTIVES, mean_absolute, mean_square


def test_known_values() -> None:
    difference = torch.tensor([[[[1.0, -3.0], [2.0, 0.0]]], [[[0.0, 0.0], [0.0, -4.0]]]])
    mask = torch.ones(2, 1, 1, 2)
    assert mean_square(difference, mask).tolist() == [3.5, 4.0]
    assert mean_absolute(difference, mask).tolist() == [1.5, 1.0]


@pytest.mark.parametrize(("name", "expected"), [("mse", [2.5, 0.0]), ("l1", [1.5, 0.0])])
def test_only_frames_under_the_mask_count(name: str, expected: list[float]) -> None:
    difference = torch.tensor([[[[1.0, 9.0], [2.0, -9.0]]], [[[9.0, 0.0], [9.0, 0.0]]]])
    mask = torch.tensor([[1.0, 0.0], [0.0, 1.0]]).reshape(2, 1, 1, 2)
    assert OBJECTIVES[name](difference, mask).tolist() == expected
