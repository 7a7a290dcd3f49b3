"""Loops that do not do again what an earlier run has done."""

import hashlib
import json
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from tqdm import tqdm

from gan_audio_compression.compute.engine import Engine, Outcome

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
    engine: Engine,
    function: Callable[[C, I], T],
    items: Iterable[tuple[str, str, I]],
    context: C,
    done: Mapping[str, Record],
    description: str,
    total: int | None = None,
) -> Generator[Result[T], None, None]:
    """Yield (id, value, record) for each item as each is ready, computing only what is not done.

    Args:
        engine: runs the function.
        function: takes the context and an item.
        items: (id, key, item).
        context: sent once to each worker.
        done: earlier records by id. An item whose record has the same key and no error is not
            computed: its value is None and its record is the earlier one.
        description: what the progress bar says.
        total: of how many items, if it is known.

    A new record has "id", "key", "error" ("Type: message" or None) and "compute_seconds".
    """
    keys: dict[str, str] = {}
    settled: list[Result[T]] = []

    def to_compute() -> Iterator[tuple[str, I]]:
        for id, key, item in items:
            earlier = done.get(id)
            if earlier is not None and _is_done(earlier, key):
                settled.append((id, None, earlier))
            else:
                keys[id] = key
                yield id, item

    def results() -> Iterator[Result[T]]:
        for outcome in engine.map(function, to_compute(), context):
            yield from _taken(settled)
            yield outcome.id, outcome.value, _record(outcome, keys.pop(outcome.id))
        yield from _taken(settled)

    # disable=None: silent where stderr is not a terminal.
    yield from tqdm(results(), desc=description, total=total, unit="item", disable=None)


def _taken(results: list[Result[T]]) -> list[Result[T]]:
    taken, results[:] = results[:], []
    return taken


def _is_done(record: Record, key: str) -> bool:
    return record.get("key") == key and not record.get("error")


def _record(outcome: Outcome[Any], key: str) -> Record:
    return {
        "id": outcome.id,
        "key": key,
        "error": outcome.error,
        "compute_seconds": outcome.seconds,
    }
