"""A Dask cluster as a user starts one, which may be killed and started again."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Cluster:
    """A scheduler and a worker, as processes of this machine."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start all."""
        scheduler = ["scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard"]
        worker = ["worker", self.address, "--nthreads", "1", "--no-dashboard"]
        for command in (scheduler, worker):
            with Path(os.devnull).open("wb") as nowhere:
                dask = [sys.executable, "-m", "dask", *command]
                self._processes.append(subprocess.Popen(dask, stdout=nowhere, stderr=nowhere))

    def kill(self) -> None:
        """Kill all, with no chance to say good-bye."""
        for process in self._processes:
            process.kill()
            process.wait()
        self._processes.clear()


@contextmanager
def dask_cluster() -> Iterator[Cluster]:
    """Run a cluster."""
    made = Cluster()
    made.start()
    try:
        yield made
    finally:
        made.kill()
