"""Loops that do not do again what an earlier run has done."""

import hashlib
import json
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from tqdm import tqdm

from gan_audio_compression.compute.executor import Executor, describe_error

logger = logging.getLogger(__name__)

C = TypeVar("C")
I = TypeVar("I")  # noqa: E741
T = TypeVar("T")

Record = dict[str, Any]
Result = tuple[str, T | None, Record]


def item_key(*parts: str | Mapping[str, Any]) -> str:
    """Hex SHA-256 of everything that a result depends on: digests, versions, parameters.

    The parts are hashed as canonical JSON, so the order of a mapping's keys does not matter.

    Raises:
        TypeError: if a part holds something that JSON cannot express.
        ValueError: if a part holds NaN or an infinity.
    """
    canonical = json.dumps(parts, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def run_once(
    executor: Executor,
    function: Callable[[C, I], T],
    items: Iterable[tuple[str, str, I | Callable[[], I]]],
    context: C,
    done: Mapping[str, Record],
    description: str,
    total: int | None = None,
) -> Iterator[Result[T]]:
    """Yield (id, value, record) for each item in order, computing only what is not done.

    Args:
        items: (id, key, item); an item may be a function without arguments that loads it. It
            is called just before the item is needed, and its failure is the item's failure.
        done: earlier records by id. An item whose record has the same key and no error is not
            computed: its value is None and its record is the earlier one.
        description, total: what the progress bar says, and of how many items, if it is known.

    A new record has "id", "key", "error" ("Type: message" or None) and "compute_seconds".
    """
    plan: deque[tuple[str, str, Record | None]] = deque()  # record is None: being computed

    def to_compute() -> Iterator[tuple[str, I]]:
        for id, key, item in items:
            earlier = done.get(id)
            if earlier is not None and _is_done(earlier, key):
                plan.append((id, key, earlier))
                continue
            try:
                loaded = item() if callable(item) else item
            except Exception as error:
                plan.append((id, key, _failed_load(id, key, error)))
                continue
            plan.append((id, key, None))
            yield id, loaded

    def in_order() -> Iterator[Result[T]]:
        for outcome in executor.map(function, to_compute(), context):
            yield from _settled(plan)
            id, key, _ = plan.popleft()
            yield id, outcome.value, _record(id, key, outcome.error, outcome.seconds)
        yield from _settled(plan)

    # disable=None: silent where stderr is not a terminal.
    yield from tqdm(in_order(), desc=description, total=total, unit="item", disable=None)


def _settled(plan: deque[tuple[str, str, Record | None]]) -> Iterator[tuple[str, None, Record]]:
    """Take from the front of the plan what needs no computing."""
    while plan and (record := plan[0][2]) is not None:
        yield plan.popleft()[0], None, record


def _is_done(record: Record, key: str) -> bool:
    return record.get("key") == key and not record.get("error")


def _failed_load(id: str, key: str, error: Exception) -> Record:
    description = describe_error(error)
    logger.warning("%s could not be loaded: %s", id, description)
    return _record(id, key, description, 0.0)


def _record(id: str, key: str, error: str | None, seconds: float) -> Record:
    return {"id": id, "key": key, "error": error, "compute_seconds": seconds}
