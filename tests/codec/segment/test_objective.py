"""Known values of the objectives."""

from typing import get_args

import pytest
import torch
from torch import Tensor

from gan_audio_compression.codec.search.config import ObjectiveName
from gan_audio_compression.codec.segment.objective import (
    OBJECTIVES,
    Objective,
    mean_square,
    perceptual,
)
from gan_audio_compression.signal.segments import frame_mask, split_segments


def test_known_values() -> None:
    decoded = torch.tensor([[[[1.0, -3.0], [2.0, 0.0]]], [[[0.0, 0.5], [0.0, -4.0]]]])
    reference = torch.tensor([[[[0.0, 0.0], [0.0, 0.0]]], [[[0.0, 0.5], [0.0, 0.0]]]])
    mask = torch.ones(2, 1, 1, 2)
    assert mean_square(decoded, reference, mask).tolist() == [3.5, 4.0]


def test_only_frames_under_the_mask_count() -> None:
    decoded = torch.tensor([[[[1.0, 9.0], [2.0, -9.0]]], [[[9.0, 0.0], [9.0, 0.0]]]])
    mask = torch.tensor([[1.0, 0.0], [0.0, 1.0]]).reshape(2, 1, 1, 2)
    assert mean_square(decoded, torch.zeros_like(decoded), mask).tolist() == [2.5, 0.0]


@pytest.fixture
def images(log_mel: Tensor) -> Tensor:
    return split_segments(log_mel)


@pytest.fixture
def mask(log_mel: Tensor) -> Tensor:
    return frame_mask(len(log_mel))


@pytest.mark.parametrize("objective", OBJECTIVES.values())
def test_only_what_equals_the_signal_is_perfect(
    objective: Objective, images: Tensor, mask: Tensor
) -> None:
    assert objective(images, images, mask).tolist() == pytest.approx([0.0, 0.0], abs=1e-6)
    for changed in (images * 0.98, images.flip(2), images.roll(1, 3)):
        assert (objective(changed, images, mask) > 0).all()


@pytest.mark.parametrize("objective", OBJECTIVES.values())
def test_padding_does_not_count(objective: Objective, images: Tensor, mask: Tensor) -> None:
    decoded = 0.9 * images
    before = objective(decoded, images, mask)
    assert torch.equal(before, objective(torch.where(mask > 0, decoded, 0.7), images, mask))


def test_the_codecs_own_is_what_is_heard() -> None:
    assert OBJECTIVES[None] is OBJECTIVES["perceptual"] is perceptual
    assert OBJECTIVES["mse"] is mean_square
    assert OBJECTIVES.keys() == {None, *get_args(ObjectiveName)}


def test_what_is_hardly_heard_hardly_disturbs(images: Tensor, mask: Tensor) -> None:
    """Some bands are raised, of silence and of something loud."""
    raised = torch.zeros(128, 1)
    raised[30:60] = 0.2
    silence, loud = torch.full_like(images, -1.0), torch.full_like(images, 0.3)
    absolute = 0.12 * mean_absolute(silence + raised, silence)
    hardly_heard = perceptual(silence + raised, silence, mask) - absolute
    heard = perceptual(loud + raised, loud, mask) - absolute
    assert (heard > 3 * hardly_heard).all()


def test_a_burst_costs_more_than_the_same_difference_spread(images: Tensor, mask: Tensor) -> None:
    quiet = torch.full_like(images, -0.2)
    burst, spread = quiet.clone(), quiet.clone()
    burst[:, :, :, 20] += 0.64
    spread[:, :, :, 10:26] += 0.04
    torch.testing.assert_close(mean_absolute(burst, quiet), mean_absolute(spread, quiet))
    assert (perceptual(burst, quiet, mask) > 1.3 * perceptual(spread, quiet, mask)).all()


def mean_absolute(decoded: Tensor, reference: Tensor) -> Tensor:
    """Of all frames."""
    return (decoded - reference).abs().mean((1, 2, 3))
