"""The items of one loop on their way through a Dask cluster and back."""

import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from itertools import islice
from queue import Empty, SimpleQueue
from statistics import median
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from gan_audio_compression.compute.engine import (
    ComputeError,
    Outcome,
    WorkerDiedError,
    attempt,
    describe_error,
    logged,
)

if TYPE_CHECKING:
    from distributed import Client, Future

I = TypeVar("I")  # noqa: E741
T = TypeVar("T")

# Enough that a worker has its next task while the driver is busy.
_TASKS_A_THREAD = 2
# Dask takes ten milliseconds for a task, whatever is in it: quick items share one. Few enough that
# little is lost with a worker, and that outcomes come steadily.
_TASK_SECONDS, _MOST_ITEMS_A_TASK = 0.5, 64
# So many outcomes tell how long an item takes; the first, which also import, are soon outvoted.
_OUTCOMES_OF_PACE = 15
# For a scheduler that was there to come back with its workers.
_PATIENCE_SECONDS = 60
# So often a task is sent anew that was lost on the way, before it may be what ends the workers.
_SENT_ANEW = 3
# Without an outcome, before the workers are asked whether they do anything.
_SILENCE_SECONDS = 60.0

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Job:
    """What is sent to each worker once; not a tuple, whose parts Dask would send each by itself.

    Attributes:
        function: of the context and an item.
        context: that all items share.
    """

    function: Callable[[Any, Any], Any]
    context: Any


@dataclass(frozen=True)
class _Task(Generic[I]):
    items: tuple[tuple[str, I], ...]
    sent_before: int = 0


class DaskLoop(Generic[I, T]):
    """What is with a cluster of one loop.

    Args:
        client: of the cluster.
        job: what is done with each item.
        resources: that each task takes of a worker while it runs.

    Raises:
        ComputeError: the cluster does not answer.
    """

    def __init__(self, client: "Client", job: Job, resources: Mapping[str, float]) -> None:
        self._client = client
        self._job = job
        self._resources = dict(resources)
        # Each task with the job that it was sent with, which may since be lost.
        self._in_flight: dict[Future, tuple[_Task[I], Future]] = {}
        self._ready: SimpleQueue[Future] = SimpleQueue()
        self._pace: deque[float] = deque(maxlen=_OUTCOMES_OF_PACE)
        self._sent_job = self._send_job()

    def outcomes(self, items: Iterator[tuple[str, I]]) -> Iterator[Outcome[T]]:
        """Yield outcomes as they are ready; what died with its worker is run again at the end.

        Raises:
            ComputeError: the cluster is gone.
        """
        threads = sum(self._client.nthreads().values())
        suspects: list[tuple[str, I]] = []
        for _ in range(max(1, _TASKS_A_THREAD * threads)):
            self._send_next(items)
        while self._in_flight:
            settled = self._settled()
            if isinstance(settled, _Task):
                suspects += settled.items
            else:
                self._pace.extend(outcome.seconds for outcome in settled)
                yield from map(logged, settled)
            self._send_next(items)
        for suspect in suspects:
            self._send(_Task((suspect,)))
            settled = self._settled()
            yield from map(logged, [_died(suspect[0])] if isinstance(settled, _Task) else settled)

    def close(self) -> None:
        """Take back what is not done."""
        if self._in_flight:
            self._client.cancel(list(self._in_flight), force=True)
        self._sent_job.release()

    def _send_next(self, items: Iterator[tuple[str, I]]) -> None:
        """Send the next items, as many as are worth a task."""
        task = tuple(islice(items, self._items_a_task()))
        if task:
            self._send(_Task(task))

    def _items_a_task(self) -> int:
        if not self._pace:
            return 1
        seconds = max(median(self._pace), _TASK_SECONDS / _MOST_ITEMS_A_TASK)
        return max(1, round(_TASK_SECONDS / seconds))

    def _settled(self) -> list[Outcome[T]] | _Task[I]:
        """Wait for a task; return what became of it, or itself where that is known of no item."""
        from distributed import KilledWorker

        while True:
            future = self._next()
            task, sent_job = self._in_flight.pop(future)
            try:
                outcomes: list[Outcome[T]] = future.result()
                return outcomes
            except KilledWorker:
                return task
            except CancelledError:
                # Lost with a worker that had its result, or the job, or with the scheduler.
                if sent_job is self._sent_job:
                    self._sent_job = self._send_job()
                if task.sent_before == _SENT_ANEW:
                    return task
                self._send(replace(task, sent_before=task.sent_before + 1))
            except Exception as error:  # an item or its value cannot be sent between processes
                if len(task.items) > 1:
                    return task
                return [Outcome(task.items[0][0], None, describe_error(error), 0.0)]

    def _next(self) -> "Future":
        """Wait for the next task that is done or lost."""
        while True:
            try:
                future = self._ready.get(timeout=_SILENCE_SECONDS)
            except Empty:
                self._send_again_where_idle()
            else:
                # Others were sent again meanwhile.
                if future in self._in_flight:
                    return future

    def _send_again_where_idle(self) -> None:
        """Send all tasks again if no worker does anything: a message about them was lost."""
        try:
            busy = self._client.call_stack()
        except OSError:  # A worker that ends is told of by its tasks.
            return
        if busy or not self._client.nthreads():
            return
        lost, self._in_flight = self._in_flight, {}
        _logger.warning(
            "The Dask cluster is idle; what it was given (%d) is sent again.", len(lost)
        )
        self._client.cancel(list(lost), force=True)
        for task, _ in lost.values():
            self._send(task)

    def _send(self, task: _Task[I]) -> None:
        future = self._client.submit(
            _attempt_all, self._sent_job, task.items, pure=False, resources=self._resources
        )
        self._in_flight[future] = task, self._sent_job
        future.add_done_callback(self._ready.put)

    def _send_job(self) -> "Future":
        try:
            self._client.wait_for_workers(1, timeout=_PATIENCE_SECONDS)
            return self._client.scatter(self._job, broadcast=True, hash=False)
        except (OSError, TimeoutError, ValueError, CancelledError) as error:
            raise ComputeError(
                f"The Dask cluster is gone ({describe_error(error)});"
                " start it and run again: what is done stays done."
            ) from error


def _attempt_all(job: Job, items: tuple[tuple[str, Any], ...]) -> list[Outcome[Any]]:
    return [attempt(job.function, job.context, id, item) for id, item in items]


def _died(id: str) -> Outcome[Any]:
    died = WorkerDiedError(
        f"A worker ended twice while {id!r} was with it, killed or out of memory;"
        " leave it out, or give workers more memory."
    )
    return Outcome(id, None, describe_error(died), 0.0)
