"""Loops in this process alone."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from gan_audio_compression.compute.engine import Outcome, attempt, logged

C = TypeVar("C")
I = TypeVar("I")  # noqa: E741
T = TypeVar("T")


class InlineEngine:
    """Runs each item in this process when its outcome is asked for, in their order."""

    def map(
        self, function: Callable[[C, I], T], items: Iterable[tuple[str, I]], context: C
    ) -> Iterator[Outcome[T]]:
        """See `Engine.map`."""
        for id, item in items:
            yield logged(attempt(function, context, id, item))
