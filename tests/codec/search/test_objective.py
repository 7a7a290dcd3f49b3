"""Known values of the objectives."""

import pytest
import torch
from torch import Tensor

from gan_audio_compression.codec.search.objective import (
    OBJECTIVES,
    Objective,
    mean_absolute,
    mean_square,
    perceptual,
    waveform,
)
from gan_audio_compression.signal.segments import frame_mask, split_segments


def test_known_values() -> None:
    decoded = torch.tensor([[[[1.0, -3.0], [2.0, 0.0]]], [[[0.0, 0.5], [0.0, -4.0]]]])
    reference = torch.tensor([[[[0.0, 0.0], [0.0, 0.0]]], [[[0.0, 0.5], [0.0, 0.0]]]])
    mask = torch.ones(2, 1, 1, 2)
    assert mean_square(decoded, reference, mask).tolist() == [3.5, 4.0]
    assert mean_absolute(decoded, reference, mask).tolist() == [1.5, 1.0]


@pytest.mark.parametrize(("objective", "expected"), [(mean_square, 2.5), (mean_absolute, 1.5)])
def test_only_frames_under_the_mask_count(objective: Objective, expected: float) -> None:
    decoded = torch.tensor([[[[1.0, 9.0], [2.0, -9.0]]], [[[9.0, 0.0], [9.0, 0.0]]]])
    mask = torch.tensor([[1.0, 0.0], [0.0, 1.0]]).reshape(2, 1, 1, 2)
    assert objective(decoded, torch.zeros_like(decoded), mask).tolist() == [expected, 0.0]


@pytest.fixture
def images(log_mel: Tensor) -> Tensor:
    return split_segments(log_mel)


@pytest.fixture
def mask(log_mel: Tensor) -> Tensor:
    return frame_mask(len(log_mel))


@pytest.mark.parametrize("name", OBJECTIVES.keys() - {"waveform"})
def test_only_what_equals_the_signal_is_perfect(name: str, images: Tensor, mask: Tensor) -> None:
    objective = OBJECTIVES[name]
    assert objective(images, images, mask).tolist() == pytest.approx([0.0, 0.0], abs=1e-6)
    for changed in (images * 0.98, images.flip(2), images.roll(1, 3)):
        assert (objective(changed, images, mask) > 0).all()


@pytest.mark.parametrize("objective", OBJECTIVES.values())
def test_padding_does_not_count(objective: Objective, images: Tensor, mask: Tensor) -> None:
    decoded = 0.9 * images
    before = objective(decoded, images, mask)
    assert torch.equal(before, objective(torch.where(mask > 0, decoded, 0.7), images, mask))


def test_the_waveform_of_the_signal_is_near_it(images: Tensor, mask: Tensor) -> None:
    """Noise has no waveform of just that log mel; that of another is farther away."""
    near, far = (waveform(decoded, images, mask) for decoded in (images, images.roll(5, 3)))
    assert (near < 0.8 * far).all()


def test_what_is_hardly_heard_hardly_disturbs(images: Tensor, mask: Tensor) -> None:
    """Some bands are raised, of silence and of something loud."""
    raised = torch.zeros(128, 1)
    raised[30:60] = 0.2
    silence, loud = torch.full_like(images, -1.0), torch.full_like(images, 0.3)
    absolute = 0.12 * mean_absolute(silence + raised, silence, mask)
    hardly_heard = perceptual(silence + raised, silence, mask) - absolute
    heard = perceptual(loud + raised, loud, mask) - absolute
    assert (heard > 3 * hardly_heard).all()


def test_a_burst_costs_more_than_the_same_difference_spread(images: Tensor, mask: Tensor) -> None:
    quiet = torch.full_like(images, -0.2)
    burst, spread = quiet.clone(), quiet.clone()
    burst[:, :, :, 20] += 0.64
    spread[:, :, :, 10:26] += 0.04
    torch.testing.assert_close(
        mean_absolute(burst, quiet, mask), mean_absolute(spread, quiet, mask)
    )
    assert (perceptual(burst, quiet, mask) > 1.3 * perceptual(spread, quiet, mask)).all()
