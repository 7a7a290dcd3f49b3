"""The loop of a stage: its schedule, its checkpoints, its end when a loss is not a number."""

import math
from pathlib import Path

import pytest
import torch
from torch import Tensor

from gan_audio_compression.training.checkpoint import CheckpointStore
from gan_audio_compression.training.config import ScheduleConfig
from gan_audio_compression.training.crops import CropSampler
from gan_audio_compression.training.loop import DivergenceError, learning_rate_at, run_stage
from gan_audio_compression.training.observer import Observer
from gan_audio_compression.training.segment.images import segment_sampler
from gan_audio_compression.training.speech import TrainingSpeech

SCHEDULE = ScheduleConfig(epochs=4, batch=2, steps_per_epoch=3, learning_rate=0.01, constant=0.5)


class Recorder:
    """A stage whose loss is the number of the step, and whose state counts the steps."""

    name = "recorder"

    def __init__(
        self, bad_step: int | None = None, bad_epoch: int | None = None, bad_value: float = math.nan
    ) -> None:
        self.epochs: list[int] = []
        self.rates: list[float] = []
        self.steps = 0
        self._bad_step, self._bad_epoch, self._bad_value = bad_step, bad_epoch, bad_value

    def start_epoch(self, epoch: int) -> None:
        self.epochs.append(epoch)

    def step(self, images: Tensor, learning_rate: float) -> dict[str, Tensor]:
        self.rates.append(learning_rate)
        loss = self._bad_value if self.steps == self._bad_step else float(self.steps)
        self.steps += 1
        return {"loss": torch.tensor(loss), "image": images.mean()}

    def validate(self) -> dict[str, float]:
        diverged = self.epochs[-1] == self._bad_epoch
        return {"validation_mse": self._bad_value if diverged else 0.5}

    def state(self) -> dict[str, Tensor]:
        return {"steps": torch.tensor(self.steps)}

    def restore(self, state: dict[str, Tensor]) -> None:
        self.steps = int(state["steps"].item())


class StopsAfter(Observer):
    """Ends the run, as a kill would, at a step or after an epoch."""

    def __init__(self, *, epochs: int = -1, steps: int = -1) -> None:
        self._epochs, self._steps = epochs, steps
        self.seen = 0

    def step(self, losses: dict[str, float]) -> None:
        self.seen += 1
        if self.seen == self._steps:
            raise KeyboardInterrupt

    def epoch(self, stage: str, epoch: int, figures: dict[str, float]) -> None:
        if epoch == self._epochs:
            raise KeyboardInterrupt


@pytest.fixture
def sampler(speech: TrainingSpeech) -> CropSampler:
    return segment_sampler(speech.train, 2, seed=0)


@pytest.fixture
def store(tmp_path: Path) -> CheckpointStore:
    return CheckpointStore(tmp_path, "recorder", "digest")


def test_learning_rate_is_constant_then_falls_to_zero() -> None:
    rates = [learning_rate_at(step, 100, SCHEDULE) for step in range(101)]
    assert rates[:51] == [0.01] * 51
    assert rates[75] == pytest.approx(0.005)
    assert rates[99] == pytest.approx(0.0002)
    assert rates[100] == 0


@pytest.mark.parametrize(("constant", "halfway"), [(0.0, 0.005), (1.0, 0.01)])
def test_learning_rate_may_fall_at_once_or_never(constant: float, halfway: float) -> None:
    schedule = ScheduleConfig(learning_rate=0.01, constant=constant)
    assert learning_rate_at(0, 100, schedule) == 0.01
    assert learning_rate_at(50, 100, schedule) == pytest.approx(halfway)


def test_history_has_the_means_of_each_epoch(sampler: CropSampler, store: CheckpointStore) -> None:
    stage = Recorder()
    history = run_stage(stage, sampler, SCHEDULE, store, Observer())
    assert [row["loss"] for row in history] == [1.0, 4.0, 7.0, 10.0]
    assert history[1]["image"] == pytest.approx(
        sum(sampler.batch(step).mean().item() for step in (3, 4, 5)) / 3
    )
    assert all(row["validation_mse"] == 0.5 for row in history)
    assert stage.epochs == [0, 1, 2, 3]
    assert stage.rates == [learning_rate_at(step, 12, SCHEDULE) for step in range(12)]


@pytest.mark.parametrize(
    "stop", [StopsAfter(epochs=2), StopsAfter(steps=1), StopsAfter(steps=8)], ids=lambda _: ""
)
def test_a_killed_run_goes_on_where_it_was(
    sampler: CropSampler, store: CheckpointStore, tmp_path: Path, stop: StopsAfter
) -> None:
    whole = run_stage(
        Recorder(), sampler, SCHEDULE, CheckpointStore(tmp_path, "whole", "digest"), Observer()
    )
    with pytest.raises(KeyboardInterrupt):
        run_stage(Recorder(), sampler, SCHEDULE, store, stop)
    again = Recorder()
    assert run_stage(again, sampler, SCHEDULE, store, Observer()) == whole
    assert again.steps == 12


def test_a_finished_stage_is_not_run_again(sampler: CropSampler, store: CheckpointStore) -> None:
    history = run_stage(Recorder(), sampler, SCHEDULE, store, Observer())
    again = Recorder()
    assert run_stage(again, sampler, SCHEDULE, store, Observer()) == history
    assert again.rates == []
    assert again.steps == 12


def test_an_epoch_is_as_long_as_the_speech_fills(
    sampler: CropSampler, store: CheckpointStore
) -> None:
    """Utterances of 150, 100 and 300 frames fill 6 segments: 2 batches of 4."""
    stage = Recorder()
    run_stage(stage, sampler, ScheduleConfig(epochs=2, batch=4), store, Observer())
    assert stage.steps == 4


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_divergence_names_step_and_checkpoint(
    sampler: CropSampler, store: CheckpointStore, value: float
) -> None:
    with pytest.raises(DivergenceError, match="recorder diverged at step 7 ") as error:
        run_stage(Recorder(bad_step=7, bad_value=value), sampler, SCHEDULE, store, Observer())
    assert str(store.path) in str(error.value)
    found = store.load()
    assert found is not None
    assert found[0]["steps"].item() == 6


def test_divergence_before_the_first_checkpoint(
    sampler: CropSampler, store: CheckpointStore
) -> None:
    with pytest.raises(DivergenceError, match=r"at step 1 .*no checkpoint was written;"):
        run_stage(Recorder(bad_step=1), sampler, SCHEDULE, store, Observer())
    assert not store.path.exists()


def test_a_checkpoint_that_cannot_be_used_is_never_written(
    sampler: CropSampler, store: CheckpointStore
) -> None:
    """The last step of an epoch may spoil the weights: only validation sees it."""
    with pytest.raises(DivergenceError):
        run_stage(Recorder(bad_epoch=1), sampler, SCHEDULE, store, Observer())
    found = store.load()
    assert found is not None
    assert found[0]["steps"].item() == 3
