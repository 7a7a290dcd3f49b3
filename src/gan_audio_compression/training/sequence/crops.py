"""Training crops of the sequence codec: stretches of log mels as the sender codes them."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.signal.steady import PIECE, averaged_where_steady
from gan_audio_compression.training.crops import CropSampler, stretch
from gan_audio_compression.training.speech import Shard


def crop_sampler(shards: Sequence[Shard], frames: int, batch: int, seed: int) -> CropSampler:
    """Return a sampler of crops [B, frames, 128] in nepers."""
    return CropSampler(shards, frames, batch, seed, partial(_random_crop, frames))


def _random_crop(frames: int, log_mel: NDArray[np.float32], rng: np.random.Generator) -> Tensor:
    """Draw a crop that starts anywhere; a shorter log mel goes on with its last frame."""
    start = int(rng.integers(max(1, len(log_mel) - frames + 1)))
    before = min(PIECE // 2, start)
    around = log_mel[start - before : start + frames + PIECE // 2]
    return stretch(averaged_where_steady(around), before, frames)
