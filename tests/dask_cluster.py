"""A Dask cluster as a user starts one, which may be killed and started again."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType


class Cluster:
    """A scheduler and workers, as processes of this machine.

    Args:
        options: of `dask worker`.
        variables: of the workers' environment beside this process's.
    """

    def __init__(self, *options: str, variables: Mapping[str, str] = MappingProxyType({})) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        self._options = options
        self._environment = {**os.environ, **variables}
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start all."""
        scheduler = ["scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard"]
        worker = ["worker", self.address, "--nthreads", "1", "--no-dashboard", *self._options]
        for command in (scheduler, worker):
            with Path(os.devnull).open("wb") as nowhere:
                dask = [sys.executable, "-m", "dask", *command]
                process = subprocess.Popen(
                    dask, stdout=nowhere, stderr=nowhere, env=self._environment
                )
                self._processes.append(process)

    def kill(self) -> None:
        """Kill all, with no chance to say good-bye."""
        for process in self._processes:
            process.kill()
            process.wait()
        self._processes.clear()

    def worker_processes(self, count: int) -> list[int]:
        """Wait for so many workers and return the numbers of their processes."""
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=60)
            return list(client.run(os.getpid).values())


@contextmanager
def dask_cluster(
    *options: str, variables: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Cluster]:
    """Run a cluster."""
    made = Cluster(*options, variables=variables)
    made.start()
    try:
        yield made
    finally:
        made.kill()
