"""The loop that both stages share: epochs, schedule, progress, checkpoints, divergence."""

import math
from typing import Protocol

import torch
from torch import Tensor

from gan_audio_compression.errors import GanAudioCompressionError
from gan_audio_compression.training.checkpoint import CheckpointStore, History
from gan_audio_compression.training.config import ScheduleConfig
from gan_audio_compression.training.observer import Observer
from gan_audio_compression.training.segments import SegmentSampler


class DivergenceError(GanAudioCompressionError):
    """A loss is not a number any more."""


class Stage(Protocol):
    """One stage of training: what one step does, and what is kept."""

    name: str

    def start_epoch(self, epoch: int) -> None:
        """Prepare epoch `epoch`, counted from 0."""

    def step(self, images: Tensor, learning_rate: float) -> dict[str, Tensor]:
        """Learn from [B, 1, 128, 128]; return scalar losses by name."""
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
    sampler: SegmentSampler,
    schedule: ScheduleConfig,
    store: CheckpointStore,
    observer: Observer,
) -> History:
    """Train `stage` to its end, from its checkpoint if there is one; return its history.

    A run that was killed and is started again gives the history, to the last digit, of one that
    was not: batches depend on the step alone and the checkpoint has all of the state.

    Raises:
        DivergenceError: a loss is NaN or infinite; the message names step and last checkpoint.
    """
    history: History = []
    if found := store.load():
        state, history = found
        stage.restore(state)
    per_epoch = schedule.steps_per_epoch or math.ceil(sampler.segments / schedule.batch)
    steps = schedule.epochs * per_epoch
    batches = sampler.batches(len(history) * per_epoch, steps)
    observer.begin(stage.name, len(history) * per_epoch, steps)
    for epoch in range(len(history), schedule.epochs):
        stage.start_epoch(epoch)
        totals: dict[str, float] = {}
        for step in range(epoch * per_epoch, (epoch + 1) * per_epoch):
            losses = _to_numbers(stage.step(next(batches), learning_rate_at(step, steps, schedule)))
            _refuse_divergence(losses, step, stage.name, store, bool(history))
            totals = {name: totals.get(name, 0.0) + value for name, value in losses.items()}
            observer.step(losses)
        row = {name: value / per_epoch for name, value in totals.items()} | stage.validate()
        history.append(row)
        store.save(stage.state(), history)
        observer.epoch(stage.name, epoch + 1, row)
    return history


def _to_numbers(losses: dict[str, Tensor]) -> dict[str, float]:
    return dict(zip(losses, torch.stack(list(losses.values())).tolist(), strict=True))


def _refuse_divergence(
    losses: dict[str, float], step: int, name: str, store: CheckpointStore, saved: bool
) -> None:
    if all(math.isfinite(loss) for loss in losses.values()):
        return
    last = f"the last good checkpoint is {store.path}" if saved else "no checkpoint was written yet"
    raise DivergenceError(
        f"{name} diverged at step {step} (a loss is not finite) and {last}; "
        "lower the learning rate and run again."
    )
