"""Training crops of the live codec: stretches of log mels as speech has them."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.training.crops import CropSampler, stretch
from gan_audio_compression.training.speech import Shard


def crop_sampler(shards: Sequence[Shard], frames: int, batch: int, seed: int) -> CropSampler:
    """Return a sampler of crops [B, frames, 128] in nepers."""
    return CropSampler(shards, frames, batch, seed, partial(_random_crop, frames))


def _random_crop(frames: int, log_mel: NDArray[np.float32], rng: np.random.Generator) -> Tensor:
    """Draw a crop that starts anywhere."""
    return stretch(log_mel, int(rng.integers(max(1, len(log_mel) - frames + 1))), frames)
