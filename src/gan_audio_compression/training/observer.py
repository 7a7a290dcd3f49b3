"""What watches a training run."""

import logging

logger = logging.getLogger(__name__)


class Observer:
    """Logs a line for each epoch; subclasses add progress bars and tracking."""

    def begin(self, stage: str, done: int, steps: int) -> None:
        """A stage starts with `done` of its `steps` steps behind it."""
        logger.info("%s: step %d of %d.", stage, done, steps)

    def resume(self, stage: str, history: list[dict[str, float]]) -> None:
        """An earlier run made these epochs of the stage."""

    def step(self, losses: dict[str, float]) -> None:
        """One more step was made."""

    def epoch(self, stage: str, epoch: int, figures: dict[str, float]) -> None:
        """Epoch `epoch`, counted from 1, ended with these means of losses and figures.

        A line of log has the losses; those of validation are in the history.
        """
        losses = {n: value for n, value in figures.items() if not n.startswith("validation_")}
        words = ", ".join(f"{name} {value:.4f}" for name, value in losses.items())
        logger.info("%s, epoch %d: %s", stage, epoch, words)

    def end(self) -> None:
        """The stage has ended, well or not."""


class Silent(Observer):
    """Says nothing: one of the processes that train together speaks for all."""

    def begin(self, stage: str, done: int, steps: int) -> None:
        """See `Observer.begin`."""

    def epoch(self, stage: str, epoch: int, figures: dict[str, float]) -> None:
        """See `Observer.epoch`."""
