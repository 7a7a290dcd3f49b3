"""Training crops of the receiver's last network: stretches of speech."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.signal.spec import FFT_SIZE, HOP
from gan_audio_compression.training.crops import CropSampler
from gan_audio_compression.training.speech import Shard

_LEVEL_DB = 3.0


def crop_sampler(shards: Sequence[Shard], frames: int, batch: int, seed: int) -> CropSampler:
    """Return a sampler of crops [B, 512 + 128 * (frames - 1)] of waves at the project's level."""
    return CropSampler(shards, HOP * frames, batch, seed, partial(_random_crop, frames))


def _random_crop(frames: int, speech: NDArray[np.float32], rng: np.random.Generator) -> Tensor:
    """Draw a crop that starts anywhere, at its level within 3 dB; silence follows short speech."""
    samples = FFT_SIZE + HOP * (frames - 1)
    start = int(rng.integers(max(1, len(speech) - samples + 1)))
    crop = speech[start : start + samples] * 10 ** (rng.uniform(-_LEVEL_DB, _LEVEL_DB) / 20)
    return torch.from_numpy(np.pad(crop, (0, samples - len(crop))).astype(np.float32))
