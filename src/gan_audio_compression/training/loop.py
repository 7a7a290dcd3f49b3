"""The loop that both stages share: epochs, schedule, progress, checkpoints, divergence."""

import math
from collections.abc import Iterator
from typing import Protocol

import torch
from torch import Tensor

from gan_audio_compression.errors import GanAudioCompressionError
from gan_audio_compression.training.allocator import keep_freed_memory
from gan_audio_compression.training.checkpoint import CheckpointStore, History
from gan_audio_compression.training.config import ScheduleConfig
from gan_audio_compression.training.observer import Observer, Silent
from gan_audio_compression.training.parallel import is_first, mean_over_processes


class DivergenceError(GanAudioCompressionError):
    """A loss is not a number any more."""


class Sampler(Protocol):
    """Draws the batches of a stage."""

    segments: int
    """How many of what it draws fill the training speech once."""

    def batches(self, first: int, last: int) -> Iterator[Tensor]:
        """Yield the batches of steps `first` to `last - 1`."""
        ...


class Stage(Protocol):
    """One stage of training: what one step does, and what is kept."""

    name: str

    def start_epoch(self, epoch: int) -> None:
        """Prepare epoch `epoch`, counted from 0."""

    def step(self, images: Tensor, learning_rate: float) -> dict[str, Tensor]:
        """Learn from a batch of the sampler; return scalar losses by name."""
        ...

    def validate(self) -> dict[str, float]:
        """Return figures of the validation split by name."""
        ...

    def state(self) -> dict[str, Tensor]:
        """Return all that a later run needs to go on."""
        ...

    def restore(self, state: dict[str, Tensor]) -> None:
        """Undo `state`."""


def learning_rate_at(step: int, steps: int, schedule: ScheduleConfig) -> float:
    """Return the rate of step `step` of `steps`: constant, then linear to zero."""
    start = schedule.constant * steps
    remaining = (steps - step) / max(steps - start, 1.0)
    return schedule.learning_rate * min(1.0, remaining)


def run_stage(
    stage: Stage,
    sampler: Sampler,
    schedule: ScheduleConfig,
    store: CheckpointStore,
    observer: Observer,
) -> History:
    """Train `stage` to its end, from its checkpoint if there is one; return its history.

    A run that was killed and is started again gives the history of one that was not, on a CPU to
    the last digit: batches depend on the step alone and the checkpoint has all of the state.

    Raises:
        DivergenceError: a loss or weight is not finite; the message names step and checkpoint.
    """
    keep_freed_memory()
    history = _restored(stage, store)
    per_epoch = schedule.steps_per_epoch or math.ceil(sampler.segments / schedule.batch)
    done, steps = len(history) * per_epoch, schedule.epochs * per_epoch
    observer = observer if is_first() else Silent()
    batches = sampler.batches(done, steps)
    observer.begin(stage.name, done, steps)
    observer.resume(stage.name, history)
    try:
        for epoch in range(len(history), schedule.epochs):
            stage.start_epoch(epoch)
            totals: dict[str, float] = {}
            for step in range(epoch * per_epoch, (epoch + 1) * per_epoch):
                rate = learning_rate_at(step, steps, schedule)
                losses = _to_numbers(stage.step(next(batches), rate))
                _require(_are_finite(losses), step, stage.name, store, history)
                totals = {name: totals.get(name, 0.0) + loss for name, loss in losses.items()}
                observer.step(losses)
            row = {name: total / per_epoch for name, total in totals.items()} | stage.validate()
            state = stage.state()
            good = _are_finite(row) and all(bool(v.isfinite().all()) for v in state.values())
            _require(good, step, stage.name, store, history)
            history.append(row)
            if is_first():
                store.save(state, history)
            observer.epoch(stage.name, epoch + 1, row)
    finally:
        observer.end()
    return history


def _restored(stage: Stage, store: CheckpointStore) -> History:
    """Let the stage go on from its checkpoint, if there is one; return the epochs before."""
    state, history = store.load() or ({}, [])
    if history:
        stage.restore(state)
    return history


def _to_numbers(losses: dict[str, Tensor]) -> dict[str, float]:
    """Return the means over all processes, so that one that diverges ends them all."""
    means = mean_over_processes(torch.stack(list(losses.values())))
    return dict(zip(losses, means.tolist(), strict=True))


def _are_finite(figures: dict[str, float]) -> bool:
    return all(math.isfinite(figure) for figure in figures.values())


def _require(good: bool, step: int, name: str, store: CheckpointStore, history: History) -> None:
    """Raise DivergenceError unless losses and weights of step `step` are good."""
    if good:
        return
    last = f"the last good checkpoint is {store.path}" if history else "no checkpoint was written"
    raise DivergenceError(
        f"{name} diverged at step {step} (a loss or weight is not finite) and {last}; "
        "lower the learning rate and run again."
    )
