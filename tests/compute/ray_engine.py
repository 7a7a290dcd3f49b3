"""Loops on Ray: what another engine than Dask takes."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from gan_audio_compression.compute.engine import Outcome, attempt, logged


class RayEngine:
    """Runs items as tasks of Ray.

    Args:
        workers: processors of a cluster that is started here, where there is none.
        resources: that each item takes while it runs, such as {"num_gpus": 0.25}.
    """

    def __init__(self, workers: int = 1, resources: dict[str, float] | None = None) -> None:
        self._workers = workers
        self._resources = resources or {}

    def map(
        self, function: Callable[[Any, Any], Any], items: Iterable[tuple[str, Any]], context: Any
    ) -> Iterator[Outcome[Any]]:
        """See `Engine.map`."""
        import ray

        if not ray.is_initialized():
            ray.init(num_cpus=self._workers, include_dashboard=False, log_to_driver=False)
        job = ray.put((function, context))
        task = ray.remote(_attempt).options(**self._resources)
        waiting = iter(items)
        pending = [task.remote(job, *item) for item in islice(waiting, 2 * self._workers)]
        while pending:
            (ready,), pending = ray.wait(pending, num_returns=1)
            yield logged(ray.get(ready))
            pending += [task.remote(job, *item) for item in islice(waiting, 1)]


def _attempt(job: tuple[Callable[[Any, Any], Any], Any], id: str, item: Any) -> Outcome[Any]:
    return attempt(*job, id, item)
