"""Log mel spectrograms cut into the islands that the paper's networks see, and joined again."""

import torch
from torch import Tensor
from torch.nn import functional

from gan_audio_compression.signal.spec import FLOOR, MEL_BANDS, SEGMENT_FRAMES


def to_unit_range(log_mel: Tensor) -> Tensor:
    """Map nepers in [-10, 0] to the networks' range [-1, 1]."""
    return 1.0 - 2.0 * log_mel / FLOOR


def from_unit_range(image: Tensor) -> Tensor:
    """Map the networks' range [-1, 1] to nepers in [-10, 0]."""
    return 0.5 * FLOOR * (1.0 - image)


def segment_count(frames: int) -> int:
    """Return the number of segments that hold `frames` frames."""
    return -(-frames // SEGMENT_FRAMES)


def split_segments(log_mel: Tensor) -> Tensor:
    """Cut `log_mel` [frames, 128] into images [segments, 1, 128 bands, 128 frames] in [-1, 1].

    The last one is filled up with the floor. Segments are contiguous and do not overlap.
    """
    missing = -len(log_mel) % SEGMENT_FRAMES
    padded = functional.pad(log_mel, (0, 0, 0, missing), value=FLOOR)
    images = padded.reshape(-1, SEGMENT_FRAMES, MEL_BANDS).transpose(1, 2)
    return to_unit_range(images.unsqueeze(1))


def join_segments(images: Tensor, frames: int) -> Tensor:
    """Undo `split_segments`: images [segments, 1, 128, 128] to a log mel [frames, 128]."""
    joined = images.squeeze(1).transpose(1, 2).reshape(-1, MEL_BANDS)
    return from_unit_range(joined[:frames])


def frame_mask(frames: int) -> Tensor:
    """Return [segments, 1, 1, 128], one where a segment's frame is part of the utterance."""
    mask = torch.zeros(segment_count(frames) * SEGMENT_FRAMES)
    mask[:frames] = 1.0
    return mask.reshape(-1, 1, 1, SEGMENT_FRAMES)
