"""Training crops of the sequence codec: stretches of log mels."""

from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.training.crops import CropSampler
from gan_audio_compression.training.speech import Utterances


def crop_sampler(utterances: Utterances, frames: int, batch: int, seed: int) -> CropSampler:
    """Return a sampler of crops [B, frames, 128] in nepers."""
    return CropSampler(utterances, frames, batch, seed, partial(_random_crop, frames))


def _random_crop(frames: int, log_mel: NDArray[np.float32], rng: np.random.Generator) -> Tensor:
    """Draw a crop that starts anywhere; a shorter log mel goes on with its last frame."""
    start = int(rng.integers(max(1, len(log_mel) - frames + 1)))
    crop = log_mel[start : start + frames]
    return torch.from_numpy(np.pad(crop, ((0, frames - len(crop)), (0, 0)), mode="edge"))
