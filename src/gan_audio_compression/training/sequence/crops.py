"""Training crops: stretches of log mels or of waves, drawn anew at each step."""

import math
from collections.abc import Iterator, Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.signal.spec import MEL_BANDS
from gan_audio_compression.training.ahead import loaded_ahead
from gan_audio_compression.training.segments import LoadLogMel, TrainingDataError


class CropSampler:
    """Draws batches of crops; a step's batch depends on the seed and the step alone.

    An utterance is drawn as often as it is long, and a crop starts anywhere in it; one that is
    shorter than a crop goes on with its last frame.

    Args:
        utterances: for each its number of frames and what loads its log mel [frames, 128], or its
            wave as such rows, a hop of 128 samples each.
        frames: of a crop.
        batch: crops in a batch.
        seed: of all draws.

    Raises:
        TrainingDataError: there is no utterance.
    """

    def __init__(
        self,
        utterances: Mapping[str, tuple[int, LoadLogMel]],
        frames: int,
        batch: int,
        seed: int,
    ) -> None:
        if not utterances:
            raise TrainingDataError("There is no speech to train on; give a corpus with some.")
        names = sorted(utterances)
        self._loaders = [utterances[name][1] for name in names]
        lengths = np.array([utterances[name][0] for name in names])
        self._shares = lengths / lengths.sum()
        self._frames, self._batch, self._seed = frames, batch, seed
        self.segments = math.ceil(lengths.sum() / frames)

    def batch(self, step: int) -> Tensor:
        """Return the crops [B, frames, 128] of step `step`."""
        rng = np.random.default_rng((self._seed, step))
        chosen = rng.choice(len(self._loaders), self._batch, p=self._shares)
        crops = [self._crop(self._loaders[i](), rng) for i in chosen]
        return torch.from_numpy(np.stack(crops))

    def batches(self, first: int, last: int) -> Iterator[Tensor]:
        """Return the batches of steps `first` to `last - 1`, each loaded one step ahead."""
        return loaded_ahead(self.batch, first, last)

    def _crop(self, log_mel: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
        start = int(rng.integers(max(1, len(log_mel) - self._frames + 1)))
        crop = log_mel[start : start + self._frames]
        missing = self._frames - len(crop)
        return np.pad(crop, ((0, missing), (0, 0)), mode="edge").reshape(-1, MEL_BANDS)
