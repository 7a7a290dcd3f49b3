"""Training crops: stretches of log mels, drawn anew at each step, loaded ahead."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.training.parallel import place
from gan_audio_compression.training.speech import LogMel, Shard, TrainingDataError
from gan_audio_compression.training.windows import Window, Windows

Crop = Callable[[NDArray[np.float32], np.random.Generator], Tensor]
"""Draws a crop of a log mel [frames, 128]; all crops are of one shape."""

# Shards are read by so many threads at once: a store answers each after tens of milliseconds.
_READERS = 16

_Loaded = Mapping[int, Future[Mapping[str, LogMel]]]
"""By the number of a shard what reads it."""


def stretch(log_mel: NDArray[np.float32], start: int, frames: int) -> Tensor:
    """Return so many frames [frames, 128] from `start` on; after the last it goes on as it ends."""
    crop = torch.from_numpy(log_mel[start : start + frames])
    return torch.cat([crop, crop[-1:].expand(frames - len(crop), -1)])


class CropSampler:
    """Draws batches of crops; a step's batch depends on the seed and the step alone.

    Speech is learnt from in windows (`windows.Windows`); an utterance of a window is drawn as often
    as it is long. While one window is learnt from, the next is read, so that memory does not grow
    with the speech: it holds the utterances of two windows.

    Args:
        shards: of the speech.
        frames: of a crop, in the unit in which the shards say how long their utterances are.
        batch: crops in a batch.
        seed: of all draws.
        crop: draws one of an utterance.

    Attributes:
        segments: how many crops fill the utterances once.

    Raises:
        TrainingDataError: there is no utterance.
    """

    def __init__(
        self, shards: Sequence[Shard], frames: int, batch: int, seed: int, crop: Crop
    ) -> None:
        if not shards:
            raise TrainingDataError("There is no speech to train on; give a corpus with some.")
        self._windows = Windows(shards, frames, batch, seed)
        self._batch, self._seed, self._crop = batch, seed, crop
        lengths = np.array([count for shard in shards for count in shard.frames.values()])
        self.segments = int(np.ceil(lengths / frames).sum())

    def batch(self, step: int) -> Tensor:
        """Return the crops [B, ...] of step `step`."""
        with ThreadPoolExecutor(_READERS) as readers:
            window = self._windows.of_step(step)
            numbers = range(self._batch)
            return self._crops(window, self._read(readers, window, [step], numbers), step, numbers)

    def batches(self, first: int, last: int) -> Iterator[Tensor]:
        """Yield this process's part of the batches of steps `first` to `last - 1`.

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
        with (
            ThreadPoolExecutor(_READERS) as readers,
            ThreadPoolExecutor(1, initializer=torch.set_num_threads, initargs=(1,)) as pool,
        ):
            ahead: list[Future[Tensor]] = []
            numbers = range(rank, self._batch, world)
            for window, loaded, step in self._steps(readers, first, last, numbers):
                ahead.append(pool.submit(self._crops, window, loaded, step, numbers))
                if len(ahead) > 1:
                    yield ahead.pop(0).result()
            for rest in ahead:
                yield rest.result()

    def _steps(
        self, readers: ThreadPoolExecutor, first: int, last: int, numbers: range
    ) -> Iterator[tuple[Window, _Loaded, int]]:
        """Yield each step with its window and what reads it, which began a window before."""
        spans = self._windows.spans(first, last)
        opened = ((w, self._read(readers, w, steps, numbers), steps) for w, steps in spans)
        current = next(opened, None)
        while current is not None:
            upcoming = next(opened, None)
            window, loaded, steps = current
            for step in steps:
                yield window, loaded, step
            current = upcoming

    def _read(
        self, readers: ThreadPoolExecutor, window: Window, steps: Sequence[int], numbers: range
    ) -> _Loaded:
        """Begin to read the shards of a window that some crops of these steps are of."""
        drawn = (window.draw(self._rng(step, n))[0] for step in steps for n in numbers)
        return {
            number: readers.submit(window.shards[number].load) for number in dict.fromkeys(drawn)
        }

    def _crops(self, window: Window, loaded: _Loaded, step: int, numbers: range) -> Tensor:
        """Return some crops of a batch."""
        crops = []
        for number in numbers:
            rng = self._rng(step, number)
            shard, name = window.draw(rng)
            crops.append(self._crop(loaded[shard].result()[name], rng))
        return torch.stack(crops)

    def _rng(self, step: int, number: int) -> np.random.Generator:
        return np.random.default_rng((self._seed, step, number))
