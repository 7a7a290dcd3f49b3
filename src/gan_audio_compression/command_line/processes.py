"""Files of a command among processes of this machine.

A cluster would take longer to start than most commands take.
"""

import logging
import multiprocessing
import multiprocessing.forkserver
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from itertools import chain
from multiprocessing.context import BaseContext
from types import FrameType
from typing import Any, TypeVar

from gan_audio_compression.compute.engine import (
    Outcome,
    WorkerDiedError,
    attempt,
    describe_error,
    logged,
)
from gan_audio_compression.compute.inline import InlineEngine

logger = logging.getLogger(__name__)

C = TypeVar("C")
I = TypeVar("I")  # noqa: E741
T = TypeVar("T")

# Ctrl-C, and what the pool sends to the other workers when one has died.
_INTERRUPTS = (signal.SIGINT, signal.SIGTERM)
_INTERRUPTED = 130  # as shells say it of a program that Ctrl-C ended
# No room for semaphores or none on this system, too long a path for a socket, too many processes.
_CANNOT_START = (OSError, EOFError, ImportError, NotImplementedError)

_Job = tuple[Callable[[Any, Any], Any], Any]


class Processes:
    """Runs items in worker processes, at most twice as many in flight as there are workers.

    The function must be importable by a worker; the context is sent once to each worker. If a
    worker dies, the items in flight fail with `WorkerDiedError` and fresh workers do the rest.
    Ctrl-C ends the workers too, after what their items must do at their end. Where none can be
    started, a warning says why and this process does their work.

    Args:
        workers: at least 1.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers

    def map(
        self, function: Callable[[C, I], T], items: Iterable[tuple[str, I]], context: C
    ) -> Iterator[Outcome[T]]:
        """See `Engine.map`; outcomes come in the order of the items."""
        waiting = iter(items)
        first = next(waiting, None)
        if first is None:
            return
        workers = _Workers(self._workers, (function, context))
        try:
            in_flight = deque([(first[0], workers.submit(*first))])
        except _CANNOT_START as error:
            reason = describe_error(error)
            logger.warning(
                "No worker process can be started (%s), so this one works alone.", reason
            )
            yield from InlineEngine().map(function, chain([first], waiting), context)
            return
        try:
            for id, item in waiting:
                in_flight.append((id, workers.submit(id, item)))
                if len(in_flight) == 2 * self._workers:
                    yield _collect(*in_flight.popleft())
            while in_flight:
                yield _collect(*in_flight.popleft())
        except KeyboardInterrupt:
            workers.interrupt()
            raise
        finally:
            workers.close()


class _Workers:
    """A pool of processes that is replaced when one of them has died."""

    def __init__(self, count: int, job: _Job) -> None:
        self._count = count
        self._job = job
        self._pool: ProcessPoolExecutor | None = None

    def _fresh_pool(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self._count,
            mp_context=_process_context(self._job[0].__module__),
            initializer=_start_worker,
            initargs=self._job,
        )

    def submit(self, id: str, item: Any) -> Future[Outcome[Any]]:
        with _interrupts_held():
            self._pool = self._pool or self._fresh_pool()
            try:
                return self._pool.submit(_run_in_worker, id, item)
            except BrokenProcessPool:
                self.close()
                self._pool = self._fresh_pool()
                return self._pool.submit(_run_in_worker, id, item)

    def interrupt(self) -> None:
        """Pass Ctrl-C on; a terminal sends it to all processes, `kill` to this one alone."""
        for process in multiprocessing.active_children():
            if process.pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGINT)

    def close(self) -> None:
        if self._pool:
            self._pool.shutdown(wait=True, cancel_futures=True)


def _process_context(module: str) -> BaseContext:
    """Return how workers are started: as copies of a server that only imports.

    It imports all of the package of `module` that this process has, so that all but the first pool
    of a run start at once. A copy of this process itself could deadlock in the thread pools of
    torch.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():  # Windows
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    package = module.partition(".")[0]
    context.set_forkserver_preload([name for name in sys.modules if name.split(".")[0] == package])
    with _interrupts_held(), _one_thread():
        multiprocessing.forkserver.ensure_running()
    return context


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let a process that starts here compute in one thread: the workers share the cores."""
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = before


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Keep Ctrl-C from processes that start here until `_start_worker` lets it through.

    They would die of it with a traceback each.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_job: _Job | None = None


def _start_worker(function: Callable[[Any, Any], Any], context: Any) -> None:
    """Keep the function and its context for all items of this worker."""
    global _job
    _job = (function, context)
    # An idle worker has nothing to clean up and ends at once, without a word.
    _on_interrupt(signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    # Where workers are not started by the server.
    os.environ["OMP_NUM_THREADS"] = "1"
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)


def _run_in_worker(id: str, item: Any) -> Outcome[Any]:
    assert _job is not None
    function, context = _job
    _on_interrupt(_interrupt_once)
    try:
        return attempt(function, context, id, item)
    except KeyboardInterrupt:
        # Gone without a result, the worker breaks the pool, so that none takes another item.
        os._exit(_INTERRUPTED)
    finally:
        _on_interrupt(signal.SIG_DFL)


def _on_interrupt(handler: signal.Handlers | Callable[[int, FrameType | None], None]) -> None:
    for interrupt in _INTERRUPTS:
        signal.signal(interrupt, handler)


def _interrupt_once(signum: int, frame: FrameType | None) -> None:
    """Let the item clean up: a second interrupt must not disturb that."""
    _on_interrupt(signal.SIG_IGN)
    raise KeyboardInterrupt


def _collect(id: str, future: Future[Outcome[T]]) -> Outcome[T]:
    try:
        outcome = future.result()
    except BrokenProcessPool:
        died = WorkerDiedError(
            f"A worker process ended while {id!r} was in flight, killed or out of memory;"
            " run it again, with fewer workers if it is repeated."
        )
        outcome = Outcome(id, None, describe_error(died), 0.0)
    except Exception as error:  # the item or its value could not be sent between processes
        outcome = Outcome(id, None, describe_error(error), 0.0)
    return logged(outcome)
