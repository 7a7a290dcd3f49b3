"""Training crops: stretches of log mels, drawn anew at each step, the next batch loaded ahead."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.training.parallel import place
from gan_audio_compression.training.speech import TrainingDataError, Utterances

Crop = Callable[[NDArray[np.float32], np.random.Generator], Tensor]
"""Draws a crop of a log mel [frames, 128]; all crops are of one shape."""


class CropSampler:
    """Draws batches of crops; a step's batch depends on the seed and the step alone.

    An utterance is drawn as often as it is long.

    Args:
        utterances: nothing of them is kept, so memory does not grow with their number.
        frames: of a crop.
        batch: crops in a batch.
        seed: of all draws.
        crop: draws one of an utterance.

    Attributes:
        segments: how many crops fill the utterances once.

    Raises:
        TrainingDataError: there is no utterance.
    """

    def __init__(
        self, utterances: Utterances, frames: int, batch: int, seed: int, crop: Crop
    ) -> None:
        if not utterances:
            raise TrainingDataError("There is no speech to train on; give a corpus with some.")
        names = sorted(utterances)
        self._loaders = [utterances[name][1] for name in names]
        lengths = np.array([utterances[name][0] for name in names])
        self._ends = lengths.cumsum() / lengths.sum()
        self._batch, self._seed, self._crop = batch, seed, crop
        self.segments = int(np.ceil(lengths / frames).sum())

    def batch(self, step: int) -> Tensor:
        """Return the crops [B, ...] of step `step`."""
        return self._crops(step, 0, 1)

    def batches(self, first: int, last: int) -> Iterator[Tensor]:
        """Yield this process's part of the batches of steps `first` to `last - 1`.

        Each is loaded one step ahead.

        Raises:
            TrainingDataError: a batch cannot be divided among the processes.
        """
        rank, world = place()
        if self._batch % world:
            raise TrainingDataError(
                f"A batch of {self._batch} cannot be divided among {world} processes; give a"
                " multiple as the batch."
            )
        # With threads of its own beside the loader's, OpenMP no longer spins where it waits, and
        # a training on a processor takes twice as long.
        with ThreadPoolExecutor(1, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            upcoming = pool.submit(self._crops, first, rank, world)
            for step in range(first, last):
                current = upcoming
                if step + 1 < last:
                    upcoming = pool.submit(self._crops, step + 1, rank, world)
                yield current.result()

    def _crops(self, step: int, first: int, every: int) -> Tensor:
        """Return some crops of a batch; no other utterance than theirs is loaded."""
        crops = []
        for number in range(first, self._batch, every):
            rng = np.random.default_rng((self._seed, step, number))
            chosen = np.searchsorted(self._ends, rng.random(), side="right")
            crops.append(self._crop(self._loaders[chosen](), rng))
        return torch.stack(crops)
