"""How the records of a loop are handed over: in lots, each a file of the log."""

from typing import Any

# What a kill loses at most: two seconds of work, or a fiftieth of all so far.
_SHORTEST_SECONDS, _SHARE_OF_WORK = 2.0, 1 / 50


class RecordLots:
    """Gathers records until they are worth a save, which costs Kedro and the store alike.

    The first is a lot by itself: with it the log tells other runs who writes.
    """

    def __init__(self) -> None:
        self._lot: list[dict[str, Any]] = []
        self._waiting = self._saved = 0.0
        self._is_begun = False

    def add(self, record: dict[str, Any]) -> None:
        """Keep the record of an utterance that took "compute_seconds"."""
        self._lot.append(record)
        self._waiting += record["compute_seconds"]

    @property
    def is_due(self) -> bool:
        """Whether what is kept should wait no longer."""
        longest = max(_SHORTEST_SECONDS, _SHARE_OF_WORK * self._saved)
        return bool(self._lot) and (not self._is_begun or self._waiting >= longest)

    def take(self) -> list[dict[str, Any]]:
        """Return what is kept, and begin anew."""
        lot, self._lot = self._lot, []
        self._saved += self._waiting
        self._waiting, self._is_begun = 0.0, True
        return lot
