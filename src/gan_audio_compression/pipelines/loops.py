"""What nodes that loop over utterances share: parameters, resuming, one record an utterance."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NoReturn

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gan_audio_compression.compute.parameters import ComputeParameters, Save
from gan_audio_compression.compute.storage import StorageError, storage_error
from gan_audio_compression.compute.work import run_once
from gan_audio_compression.pipelines.record_lots import RecordLots
from gan_audio_compression.signal.level import restore_level
from gan_audio_compression.signal.spec import SAMPLE_RATE

Wave = NDArray[np.float32]

Partitions = Mapping[str, Callable[[], Any]]
"""A partitioned dataset as a node gets it: for each id what loads it."""

Records = Mapping[str, dict[str, Any]]
"""What an earlier run's log says of each id."""


@dataclass(frozen=True)
class UtteranceJob:
    """One utterance of a loop.

    Attributes:
        id: of the utterance.
        key: of all that decides the result; an utterance whose record has it is not done again.
        load: gives the item that the loop's function takes; it is called on a worker, so what it
            holds is sent there.
        about: what the record says of the utterance beside the result.
        partition: name of what is saved; None for the id.
    """

    id: str
    key: str
    load: Callable[[], Any]
    about: Mapping[str, Any] = field(default_factory=dict)
    partition: str | None = None


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

    Utterances give `outputs` partitions and a lot of records, as they are ready; the last yield has
    no partitions and the table of all records in the order of the jobs. A job that failed has an
    `error` in its record. One that an earlier run has done keeps its record, and gives nothing
    before the table: its log has it. Where workers save the partitions, none of them is yielded.
    An error or Ctrl-C gives the records of what was done before it ends the loop.

    Raises:
        StorageError: there is no room to save; what was saved keeps its records.
    """
    progress = _Progress(done, outputs)
    lots = progress.lots
    nothing: tuple[dict[str, Any], ...] = ({},) * outputs
    task = _Task(function, compute.saves)
    results = run_once(
        compute.opened(), task, progress.items(jobs), context, done, description, total
    )
    try:
        # Whatever ends the loop, an engine takes back what it has sent while it still can.
        with closing(results):
            for id, result, work in results:
                if isinstance(result, StorageError):
                    raise result
                values = progress.end(id, result, work)
                if any(values) or lots.is_due:
                    yield *values, lots.take()
    except (Exception, KeyboardInterrupt):
        if lot := lots.take():
            yield *nothing, lot
        raise
    if lot := lots.take():
        yield *nothing, lot
    yield *nothing, progress.table()


class _Progress:
    """Which jobs are with a worker, and the records of those that are done.

    Args:
        done: what an earlier run's log says.
        outputs: how many partitions an utterance gives.
    """

    def __init__(self, done: Records, outputs: int) -> None:
        self.lots = RecordLots()
        self._done = done
        self._outputs = outputs
        # Of a corpus of any size: what a job is, is kept only until it ends.
        self._started: dict[str, UtteranceJob] = {}
        self._records: dict[str, dict[str, Any]] = {}

    def items(self, jobs: Iterable[UtteranceJob]) -> "Iterator[tuple[str, str, _Item]]":
        """Yield id, key and item of each job as it begins."""
        for job in jobs:
            self._started[job.id] = job
            # The table has the order in which jobs begin.
            self._records[job.id] = {}
            yield job.id, job.key, (job.partition or job.id, job.load)

    def end(
        self, id: str, result: UtteranceResult | None, work: dict[str, Any]
    ) -> tuple[dict[str, Any], ...]:
        """Keep the record of a job; return its partitions, empty where there is nothing to save."""
        job = self._started.pop(id)
        figures = {} if result is None else result.figures
        record = self._records[id] = {**work, **figures, **job.about}
        if work is not self._done.get(id):
            self.lots.add(record)
        given = (result and result.values) or (None,) * self._outputs
        return tuple({} if value is None else {job.partition or id: value} for value in given)

    def table(self) -> pd.DataFrame:
        """Return all records, and keep them no longer: the table is saved from copies of itself."""
        records, self._records = list(self._records.values()), {}
        return pd.DataFrame.from_records(records)


_Item = tuple[str, Callable[[], Any]]
"""Name of the partition, and what loads what the function takes."""


@dataclass(frozen=True)
class _Task:
    """What a worker does to an utterance: load, compute, save."""

    function: Callable[[Any, Any], UtteranceResult]
    saves: tuple[Save, ...]

    def __call__(self, context: Any, item: _Item) -> UtteranceResult | StorageError:
        partition, load = item
        result = self.function(context, load())
        if not self.saves:
            return result
        try:
            for save, value in zip(self.saves, result.values, strict=True):
                if value is not None:
                    save({partition: value})
        except Exception as error:
            if (full := storage_error(error)) is None:
                raise
            return full
        return replace(result, values=())


def original_speech(speech: Partitions, manifest: pd.DataFrame, id: str) -> Wave:
    """Load an utterance [n] at the level that the speaker had."""
    level_code = int(manifest.loc[manifest["id"] == id, "level_code"].iloc[0])
    return at_own_level(speech[id], level_code)


def loader(partitions: Partitions, id: str) -> Callable[[], Any]:
    """Return what loads a partition; where it has gone, what says so to the job that needs it."""
    return partitions.get(id, partial(_gone, id))


def _gone(id: str) -> NoReturn:
    raise FileNotFoundError(f"{id} has gone since it was made; run the pipeline that makes it.")


def at_own_level(load: Callable[[], Wave], level_code: int, seconds: int | None = None) -> Wave:
    """Load an utterance [n], or its first seconds, at the level that the speaker had.

    A job takes it with `speech[id]` alone, so that only that is sent to a worker.
    """
    whole = restore_level(load(), level_code)
    return whole if seconds is None else whole[: seconds * SAMPLE_RATE]


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
