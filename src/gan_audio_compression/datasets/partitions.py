"""A folder of partitions that may be empty."""

from collections.abc import Callable
from typing import Any

from kedro_datasets.partitions import PartitionedDataset


def is_partitioned(dataset: object) -> bool:
    """Whether a dataset saves each of its partitions by itself."""
    return isinstance(dataset, PartitionedDataset)


class PartitionsDataset(PartitionedDataset):  # type: ignore[misc]
    """A partitioned dataset that loads as an empty mapping where nothing was saved.

    A loop may have nothing to save, as where a codec of the bench is not installed; what comes
    after it then has nothing to read, and its log says why.
    """

    def __repr__(self) -> str:
        # Kedro asks at each save, and what it has itself makes a dataset of a partition for it.
        return f"{type(self).__name__}(path={self._path!r})"

    def load(self) -> dict[str, Callable[[], Any]]:
        """What loads each partition, by its id."""
        self._invalidate_caches()
        if not self._exists():
            return {}
        partitions: dict[str, Callable[[], Any]] = super().load()
        return partitions
