"""Segments: nothing is lost between a log mel and its images."""

import pytest
import torch
from torch import Tensor

from gan_audio_compression.signal.segments import (
    frame_mask,
    from_unit_range,
    join_segments,
    segment_count,
    split_segments,
    to_unit_range,
)
from gan_audio_compression.signal.spec import FLOOR, MEL_BANDS

FRAMES = [1, 2, 127, 128, 129, 255, 256, 257, 1000]


def log_mel(frames: int) -> Tensor:
    return FLOOR * torch.rand(frames, MEL_BANDS, generator=torch.Generator().manual_seed(frames))


@pytest.mark.parametrize("frames", FRAMES)
def test_join_undoes_split(frames: int) -> None:
    images = split_segments(log_mel(frames))
    assert images.shape == (segment_count(frames), 1, 128, 128)
    torch.testing.assert_close(join_segments(images, frames), log_mel(frames), atol=2e-6, rtol=0)


def test_images_have_bands_in_rows_and_frames_in_columns() -> None:
    one = torch.full((200, MEL_BANDS), FLOOR)
    one[130, 17] = 0.0
    images = split_segments(one)
    assert images.eq(1.0).nonzero().tolist() == [[1, 0, 17, 2]]


@pytest.mark.parametrize("frames", FRAMES)
def test_the_last_segment_is_filled_with_the_floor(frames: int) -> None:
    images = split_segments(torch.zeros(frames, MEL_BANDS))
    columns = images.transpose(1, 3).flatten(0, 1)[:, :, 0]
    assert columns[:frames].eq(1.0).all()
    assert columns[frames:].eq(-1.0).all()


@pytest.mark.parametrize("frames", FRAMES)
def test_the_mask_marks_the_frames_of_the_utterance(frames: int) -> None:
    mask = frame_mask(frames)
    assert mask.shape == (segment_count(frames), 1, 1, 128)
    assert mask.sum().item() == frames
    assert mask.flatten()[:frames].eq(1.0).all()


@pytest.mark.parametrize(("frames", "segments"), [(1, 1), (128, 1), (129, 2), (256, 2), (257, 3)])
def test_segment_count(frames: int, segments: int) -> None:
    assert segment_count(frames) == segments


def test_unit_range() -> None:
    nepers = torch.tensor([-10.0, -5.0, 0.0])
    torch.testing.assert_close(to_unit_range(nepers), torch.tensor([-1.0, 0.0, 1.0]))
    above = torch.linspace(-12.0, 1.0, 50)
    torch.testing.assert_close(from_unit_range(to_unit_range(above)), above)
