"""Progress bars and MLflow metrics of a training run."""

from typing import Any

from tqdm import tqdm

from gan_audio_compression.training.observer import Observer


class TrackingObserver(Observer):
    """Shows losses and the time left, and logs each epoch's figures to the MLflow run, if any.

    Args:
        prefix: of the stages' names, where several models are trained in one run.
    """

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self._bar: tqdm[Any] | None = None

    def begin(self, stage: str, done: int, steps: int) -> None:
        """Open the stage's progress bar."""
        super().begin(stage, done, steps)
        self._bar = tqdm(
            desc=self._prefix + stage, initial=done, total=steps, unit="step", disable=None
        )

    def resume(self, stage: str, history: list[dict[str, float]]) -> None:
        """Give this MLflow run the epochs that an earlier one made."""
        for epoch, figures in enumerate(history, 1):
            _track(self._prefix + stage, epoch, figures)

    def step(self, losses: dict[str, float]) -> None:
        """Advance the bar."""
        if self._bar is not None:
            self._bar.set_postfix({k: f"{v:.4f}" for k, v in losses.items()}, refresh=False)
            self._bar.update()

    def epoch(self, stage: str, epoch: int, figures: dict[str, float]) -> None:
        """Log to MLflow as "stage.figure" at step `epoch`."""
        super().epoch(stage, epoch, figures)
        _track(self._prefix + stage, epoch, figures)

    def end(self) -> None:
        """Close the bar."""
        if self._bar is not None:
            self._bar.close()


def _track(stage: str, epoch: int, figures: dict[str, float]) -> None:
    import mlflow

    if mlflow.active_run() is not None:
        mlflow.log_metrics({f"{stage}.{k}": v for k, v in figures.items()}, step=epoch)
