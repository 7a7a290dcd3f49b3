"""One interface for a loop over utterances, whatever runs it."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from gan_audio_compression.errors import GanAudioCompressionError

logger = logging.getLogger(__name__)

C = TypeVar("C")
I = TypeVar("I")  # noqa: E741
T = TypeVar("T")


class ComputeError(GanAudioCompressionError):
    """A loop over utterances was asked for something that it cannot do."""


class WorkerDiedError(ComputeError):
    """A worker ended before it gave its result."""


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """What became of one item.

    `value` is None where the item failed, and `error` is then "Type: message".
    `seconds` is the time inside the function, 0 where it never came back.
    """

    id: str
    value: T | None
    error: str | None
    seconds: float


class Engine(Protocol):
    """Applies a function to many items, one at a time or many at once.

    Another engine is a class with this method; configuration gives its dotted path.
    """

    def map(
        self, function: Callable[[C, I], T], items: Iterable[tuple[str, I]], context: C
    ) -> Iterator[Outcome[T]]:
        """Yield the outcome of `function(context, item)` for each (id, item), as each is ready.

        An item that raises an `Exception` gives an outcome with its error and a logged warning, and
        the rest goes on. Items are pulled only as they are needed; the context is sent once to
        each worker.

        Raises:
            ComputeError: what runs the items cannot be reached, or is gone.
        """
        ...


def attempt(function: Callable[[C, I], T], context: C, id: str, item: I) -> Outcome[T]:
    """Return what becomes of one item.

    Errors become text where they arise: not every exception survives the way between processes.
    """
    start = time.perf_counter()
    try:
        value = function(context, item)
    except Exception as error:
        return Outcome(id, None, describe_error(error), time.perf_counter() - start)
    return Outcome(id, value, None, time.perf_counter() - start)


def logged(outcome: Outcome[T]) -> Outcome[T]:
    """Warn of an item that failed."""
    if outcome.error is not None:
        logger.warning("%s failed: %s", outcome.id, outcome.error)
    return outcome


def describe_error(error: BaseException) -> str:
    """Return the error as it is kept in records: "Type: message"."""
    return f"{type(error).__name__}: {error}"
