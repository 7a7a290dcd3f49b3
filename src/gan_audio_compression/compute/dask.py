"""Loops on a Dask cluster: of processes on this machine, or any one by its address."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

from gan_audio_compression.compute.dask_loop import DaskLoop, Job
from gan_audio_compression.compute.engine import ComputeError, Outcome

if TYPE_CHECKING:
    from distributed import Client

C = TypeVar("C")
I = TypeVar("I")  # noqa: E741
T = TypeVar("T")

# For a scheduler to answer.
_CONNECT_SECONDS = 10

_LOCAL_CLUSTER = {
    # What was on a worker that died is tried again here, one at a time, to find what killed it.
    "distributed.scheduler.allowed-failures": 0,
    "distributed.worker.daemon": True,
    # Dask watches itself, for a dashboard: a tenth of a core, which the items can use.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
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
        loop = DaskLoop[I, T](self._client(), Job(function, context), self._resources)
        try:
            yield from loop.outcomes(chain([first], waiting))
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
