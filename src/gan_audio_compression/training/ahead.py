"""Batches that are loaded while the last one is used."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from torch import Tensor


def loaded_ahead(batch: Callable[[int], Tensor], first: int, last: int) -> Iterator[Tensor]:
    """Yield `batch(step)` for the steps `first` to `last - 1`, each made one step ahead."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        upcoming = pool.submit(batch, first)
        for step in range(first, last):
            current = upcoming
            if step + 1 < last:
                upcoming = pool.submit(batch, step + 1)
            yield current.result()
