"""Training images of the segment codec: segments of log mels, at random and fixed ones."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.signal.segments import split_segments, to_unit_range
from gan_audio_compression.signal.spec import FLOOR, MEL_BANDS, SEGMENT_FRAMES
from gan_audio_compression.training.crops import CropSampler
from gan_audio_compression.training.speech import Shard, TrainingDataError, Utterances


def segment_sampler(shards: Sequence[Shard], batch: int, seed: int) -> CropSampler:
    """Return a sampler of images [B, 1, 128 bands, 128 frames] in [-1, 1]."""
    return CropSampler(shards, SEGMENT_FRAMES, batch, seed, _random_image)


def fixed_segments(utterances: Utterances, count: int, seed: int) -> Tensor:
    """Return `count` segments (or all, if fewer) [S, 1, 128, 128] of a random choice of utterances.

    They stay the same from epoch to epoch, to measure progress on.

    Raises:
        TrainingDataError: no utterances.
    """
    if not utterances:
        raise TrainingDataError(
            "The validation split has no utterance; raise the share of validation speech."
        )
    order = np.random.default_rng(seed).permutation(sorted(utterances))
    images: list[Tensor] = []
    for name in order:
        images.extend(split_segments(torch.from_numpy(utterances[name][1]())))
        if len(images) >= count:
            break
    return torch.stack(images[:count])


def _random_image(log_mel: NDArray[np.float32], rng: np.random.Generator) -> Tensor:
    """Draw an image that starts anywhere in a log mel [frames, 128].

    It may reach past the end as far as the last segment does, so that the networks know such
    segments too.
    """
    reach = -(-len(log_mel) // SEGMENT_FRAMES) * SEGMENT_FRAMES
    start = int(rng.integers(reach - SEGMENT_FRAMES + 1))
    crop = np.full((SEGMENT_FRAMES, MEL_BANDS), FLOOR, dtype=np.float32)
    inside = log_mel[start : start + SEGMENT_FRAMES]
    crop[: len(inside)] = inside
    return to_unit_range(torch.from_numpy(crop).T.unsqueeze(0))
