"""Loops on a Dask cluster: of processes on this machine, or any one by its address."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, islice
from queue import Empty, SimpleQueue
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

C = TypeVar("C")
I = TypeVar("I")  # noqa: E741
T = TypeVar("T")

# Enough that a worker has its next item while the driver is busy.
_ITEMS_A_THREAD = 2
# For a scheduler to answer, and for one that was there to come back with its workers.
_CONNECT_SECONDS, _PATIENCE_SECONDS = 10, 60
# So often an item is sent anew that was lost on the way, before it may be what ends the workers.
_SENT_ANEW = 3
# Without an outcome, before the workers are asked whether they do anything.
_SILENCE_SECONDS = 60.0

_logger = logging.getLogger(__name__)

_LOCAL_CLUSTER = {
    # What was on a worker that died is tried again here, one at a time, to find what killed it.
    "distributed.scheduler.allowed-failures": 0,
    "distributed.worker.daemon": True,
    # One thread a worker, and memory that is kept: to get it again costs page faults at each item.
    "distributed.nanny.pre-spawn-environ": {
        "OMP_NUM_THREADS": 1,
        "MKL_NUM_THREADS": 1,
        "OPENBLAS_NUM_THREADS": 1,
        "MALLOC_TRIM_THRESHOLD_": 2**33,
        "MALLOC_MMAP_THRESHOLD_": 2**30,
        "DASK_LOGGING__DISTRIBUTED": "critical",
    },
}


class DaskEngine:
    """Runs items on the workers of a Dask cluster, each thread of them one at a time.

    A worker that dies takes nothing with it: what it had is run again, one item at a time, and only
    an item that ends its worker again has failed.

    Args:
        workers: processes to start on this machine, of one thread each, where there is no address.
        address: of the scheduler of a cluster that runs, such as tcp://host:8786. Its workers need
            this project and the filesystem or object store of the catalog.
        resources: that each item takes of a worker while it runs, such as {GPU: 1}.

    Raises:
        ComputeError: Dask is not installed, or there is not at least one worker.
    """

    def __init__(
        self,
        workers: int = 1,
        address: str | None = None,
        resources: Mapping[str, float] | None = None,
    ) -> None:
        if workers < 1:
            raise ComputeError(f"{workers} worker processes were asked for; give 1 or more.")
        try:
            import distributed  # noqa: F401
        except ImportError as error:
            raise ComputeError(
                "Dask is not installed: pip install 'gan-audio-compression[dask]',"
                " or compute in one process with --params compute.engine=inline."
            ) from error
        self._workers = workers
        self._address = address
        self._resources = dict(resources or {})

    def map(
        self, function: Callable[[C, I], T], items: Iterable[tuple[str, I]], context: C
    ) -> Iterator[Outcome[T]]:
        """See `Engine.map`."""
        waiting = iter(items)
        first = next(waiting, None)
        if first is None:
            return
        all_items = (_Item(id, item) for id, item in chain([first], waiting))
        loop = _Loop[I, T](self._client(), _Job(function, context), self._resources)
        try:
            yield from loop.outcomes(all_items)
        finally:
            loop.close()

    def _client(self) -> "Client":
        """Return the client, which all loops of this process share."""
        if self._address is not None:
            return _running(_connected, self._address)
        return _running(_local, self._workers, tuple(self._resources.items()))


def _running(connect: Any, *how: Any) -> "Client":
    client: Client = connect(*how)
    if client.status in ("closing", "closed"):
        connect.cache_clear()
        client = connect(*how)
    return client


@dataclass(frozen=True, eq=False)
class _Job:
    """What is sent to each worker once; not a tuple, whose parts Dask would send each by itself."""

    function: Callable[[Any, Any], Any]
    context: Any


@dataclass(frozen=True)
class _Item(Generic[I]):
    id: str
    item: I
    sent_before: int = 0


class _Loop(Generic[I, T]):
    """The items of one loop that are with the cluster."""

    def __init__(self, client: "Client", job: _Job, resources: Mapping[str, float]) -> None:
        self._client = client
        self._job = job
        self._resources = dict(resources)
        # Each item with the job that it was sent with, which may since be lost.
        self._in_flight: dict[Future, tuple[_Item[I], Future]] = {}
        self._ready: SimpleQueue[Future] = SimpleQueue()
        self._sent_job = self._send_job()

    def outcomes(self, items: Iterator[_Item[I]]) -> Iterator[Outcome[T]]:
        """Yield outcomes as they are ready; what died with its worker is run again at the end."""
        threads = sum(self._client.nthreads().values())
        suspects: list[_Item[I]] = []
        for item in islice(items, max(1, _ITEMS_A_THREAD * threads)):
            self._send(item)
        while self._in_flight:
            settled = self._settled()
            if isinstance(settled, _Item):
                suspects.append(settled)
            else:
                yield logged(settled)
            for item in islice(items, 1):
                self._send(item)
        for item in suspects:
            self._send(item)
            settled = self._settled()
            yield logged(_died(item) if isinstance(settled, _Item) else settled)

    def close(self) -> None:
        """Take back what is not done."""
        if self._in_flight:
            self._client.cancel(list(self._in_flight), force=True)
        self._sent_job.release()

    def _settled(self) -> Outcome[T] | _Item[I]:
        """Wait for an item; return what became of it, or itself where its worker died."""
        from distributed import KilledWorker

        while True:
            future = self._next()
            item, sent_job = self._in_flight.pop(future)
            try:
                outcome: Outcome[T] = future.result()
                return outcome
            except KilledWorker:
                return item
            except CancelledError:
                # Lost with a worker that had its result, or the job, or with the scheduler.
                if sent_job is self._sent_job:
                    self._sent_job = self._send_job()
                if item.sent_before == _SENT_ANEW:
                    return item
                self._send(replace(item, sent_before=item.sent_before + 1))
            except Exception as error:  # the item or its value cannot be sent between processes
                return Outcome(item.id, None, describe_error(error), 0.0)

    def _next(self) -> "Future":
        """Wait for the next item that is done or lost."""
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
        """Send all items again if no worker does anything: a message about them was lost."""
        try:
            busy = self._client.call_stack()
        except OSError:  # A worker that ends is told of by its items.
            return
        if busy or not self._client.nthreads():
            return
        lost, self._in_flight = self._in_flight, {}
        _logger.warning(
            "The Dask cluster is idle; what it was given (%d) is sent again.", len(lost)
        )
        self._client.cancel(list(lost), force=True)
        for item, _ in lost.values():
            self._send(item)

    def _send(self, item: _Item[I]) -> None:
        future = self._client.submit(
            _attempt, self._sent_job, item.id, item.item, pure=False, resources=self._resources
        )
        self._in_flight[future] = item, self._sent_job
        future.add_done_callback(self._ready.put)

    def _send_job(self) -> "Future":
        try:
            self._client.wait_for_workers(1, timeout=_PATIENCE_SECONDS)
            return self._client.scatter(self._job, broadcast=True, hash=False)
        except (OSError, TimeoutError, ValueError, CancelledError) as error:
            raise _gone(describe_error(error)) from error


def _attempt(job: _Job, id: str, item: Any) -> Outcome[Any]:
    return attempt(job.function, job.context, id, item)


def _died(item: _Item[Any]) -> Outcome[Any]:
    died = WorkerDiedError(
        f"A worker ended twice while {item.id!r} was with it, killed or out of memory;"
        " leave it out, or give workers more memory."
    )
    return Outcome(item.id, None, describe_error(died), 0.0)


def _gone(reason: str) -> ComputeError:
    return ComputeError(
        f"The Dask cluster is gone ({reason}); start it and run again: what is done stays done."
    )


@cache
def _local(workers: int, resources: tuple[tuple[str, float], ...]) -> "Client":
    """Return a cluster on this machine, which ends with this process."""
    import dask
    from distributed import Client, LocalCluster

    # What its parts say to one another is of no use: the loop tells what became of a worker.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with dask.config.set(_LOCAL_CLUSTER):
        cluster = LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            resources=dict(resources),
            dashboard_address="127.0.0.1:0",
            silence_logs=False,
        )
        return Client(cluster, set_as_default=False)


@cache
def _connected(address: str) -> "Client":
    """Return a client of the scheduler at an address.

    Raises:
        ComputeError: nothing answers there.
    """
    from distributed import Client

    try:
        return Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ComputeError(
            f"No Dask scheduler answers at {address} ({error}); start one with dask scheduler."
        ) from error
