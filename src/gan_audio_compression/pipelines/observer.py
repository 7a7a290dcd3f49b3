"""Progress bars and MLflow metrics of a training run."""

from typing import Any

from tqdm import tqdm

from gan_audio_compression.training.observer import Observer


class TrackingObserver(Observer):
    """Shows losses and the time left, and logs each epoch's figures to the MLflow run, if any.

    Args:
        variant: the name of a nested run, where several models are trained in one.
    """

    def __init__(self, variant: str | None = None) -> None:
        self._variant = variant
        self._bar: tqdm[Any] | None = None

    def begin(self, stage: str, done: int, steps: int) -> None:
        """Open the stage's progress bar."""
        super().begin(stage, done, steps)
        title = ", ".join(filter(None, (self._variant, stage)))
        self._bar = tqdm(desc=title, initial=done, total=steps, unit="step", disable=None)

    def resume(self, stage: str, history: list[dict[str, float]]) -> None:
        """Give this MLflow run the epochs that an earlier one made."""
        for epoch, figures in enumerate(history, 1):
            self._track(stage, epoch, figures)

    def step(self, losses: dict[str, float]) -> None:
        """Advance the bar."""
        if self._bar is not None:
            self._bar.set_postfix({k: f"{v:.4f}" for k, v in losses.items()}, refresh=False)
            self._bar.update()

    def epoch(self, stage: str, epoch: int, figures: dict[str, float]) -> None:
        """Log to MLflow as "stage.figure" at step `epoch`."""
        super().epoch(stage, epoch, figures)
        self._track(stage, epoch, figures)

    def end(self) -> None:
        """Close the bar."""
        if self._bar is not None:
            self._bar.close()

    def _track(self, stage: str, epoch: int, figures: dict[str, float]) -> None:
        import mlflow

        from gan_audio_compression.tracking.nested_run import NestedRun

        metrics = {f"{stage}.{name}": value for name, value in figures.items()}
        if self._variant is None and mlflow.active_run() is not None:
            mlflow.log_metrics(metrics, step=epoch)
        elif self._variant is not None and (run := NestedRun.of(self._variant)) is not None:
            run.log_metrics(metrics, step=epoch)
