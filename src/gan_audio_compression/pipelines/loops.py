"""What nodes that loop over utterances share: parameters, resuming, one record an utterance."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, PositiveInt

from gan_audio_compression.compute.executor import ExecutorKind, make_executor
from gan_audio_compression.compute.work import run_once
from gan_audio_compression.signal.level import restore_level
from gan_audio_compression.signal.spec import SAMPLE_RATE

Partitions = Mapping[str, Callable[[], Any]]
"""A partitioned dataset as a node gets it: for each id what loads it."""

Records = Mapping[str, dict[str, Any]]
"""What an earlier run's log says of each id."""


class ComputeParameters(BaseModel):
    """How loops over utterances run: in this process or in `workers` others."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    executor: ExecutorKind
    workers: PositiveInt


@dataclass(frozen=True)
class UtteranceJob:
    """One utterance of a loop.

    Attributes:
        id: of the utterance.
        key: of all that decides the result; an utterance whose record has it is not done again.
        load: gives the item that the loop's function takes.
        about: what the record says of the utterance beside the result.
    """

    id: str
    key: str
    load: Callable[[], Any]
    about: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class UtteranceResult:
    """What the function of a loop gives: a value for each partitioned output, and figures.

    A value that is None is not saved.
    """

    values: tuple[Any, ...]
    figures: Mapping[str, Any]


def utterance_loop(
    compute: ComputeParameters,
    function: Callable[[Any, Any], UtteranceResult],
    jobs: Iterable[UtteranceJob],
    context: Any,
    done: Records,
    description: str,
    outputs: int,
    total: int,
) -> Iterator[tuple[Any, ...]]:
    """Run `function(context, item)` for each job; yield what a generator node saves.

    Each utterance gives `outputs` partitions and its record; the last yield has no partitions and
    the table of all records. A job that failed has an `error` in its record, and one that an
    earlier run has done keeps its record.
    """
    about: dict[str, Mapping[str, Any]] = {}
    records = []

    def items() -> Iterator[tuple[str, str, Callable[[], Any]]]:
        for job in jobs:
            about[job.id] = job.about
            yield job.id, job.key, job.load

    executor = make_executor(compute.executor, compute.workers)
    for id, result, work in run_once(
        executor, function, items(), context, done, description, total
    ):
        figures = {} if result is None else result.figures
        record = {**work, **figures, **about.pop(id)}
        records.append(record)
        given = (None,) * outputs if result is None else result.values
        values = tuple({} if value is None else {id: value} for value in given)
        yield *values, record
    yield *(({},) * outputs), pd.DataFrame.from_records(records)


def original_speech(speech: Partitions, manifest: pd.DataFrame, id: str) -> NDArray[np.float32]:
    """Load an utterance [n] at the level that the speaker had."""
    level_code = int(manifest.loc[manifest["id"] == id, "level_code"].iloc[0])
    return restore_level(speech[id](), level_code)


def beginning(speech: Partitions, row: Any, seconds: int) -> NDArray[np.float32]:
    """Load the first seconds of the utterance of a row of the manifest, at the speaker's level."""
    whole = restore_level(speech[str(row.id)](), int(row.level_code))
    return whole[: seconds * SAMPLE_RATE]


def rows_of(table: pd.DataFrame) -> Iterable[Any]:
    """Return the rows of a table, each with its columns as attributes."""
    return table.itertuples(index=False)


def spread(rows: pd.DataFrame, count: int) -> pd.DataFrame:
    """Return at most `count` rows, spread evenly over the ids, and so over the speakers."""
    ordered = rows.sort_values("id")
    if len(ordered) <= count:
        return ordered
    return ordered.iloc[np.arange(count) * len(ordered) // count]


def held_out(manifest: pd.DataFrame) -> pd.DataFrame:
    """Return the usable utterances of a manifest that nothing was trained on."""
    rows = usable(manifest)
    return rows[rows["split"].isin(["validation", "test"])]


def usable(log: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a log that have no error."""
    if log.empty:
        return log
    return log[log["error"].isna()]
