"""A loop over utterances: its records, its last word, and what it does not do again."""

import errno
import os
import pickle
import time
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
from kedro.io import DatasetError
from kedro_datasets.partitions import PartitionedDataset
from pydantic import ValidationError

from gan_audio_compression.compute.inline import InlineEngine
from gan_audio_compression.compute.parameters import ComputeParameters
from gan_audio_compression.compute.storage import StorageError
from gan_audio_compression.pipelines.loops import (
    UtteranceJob,
    UtteranceResult,
    at_own_level,
    original_speech,
    rows_of,
    spread,
    usable,
    utterance_loop,
)
from tests.pipelines.engines import INLINE, PROCESSES

TWO = INLINE.model_copy(
    update={"engines": {"inline": PROCESSES.engines["processes"] | {"workers": 2}}}
)


def divide(context: int, item: int) -> UtteranceResult:
    return UtteranceResult((context / item, str(item)), {"item": item})


def loop(jobs: list[UtteranceJob], done: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    total = len(jobs)
    return list(utterance_loop(INLINE, divide, jobs, 12, done or {}, "division", 2, total))


def job(id: str, item: int, key: str = "k") -> UtteranceJob:
    return UtteranceJob(id, key, lambda: item, {"split": f"of {id}"})


def without_time(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != "compute_seconds"}


def test_each_utterance_gives_partitions_and_a_record_and_the_table_comes_last() -> None:
    *saved, last = loop([job("a", 4), job("b", 3)])
    assert [given[:2] for given in saved if any(given[:2])] == [
        ({"a": 3.0}, {"a": "4"}),
        ({"b": 4.0}, {"b": "3"}),
    ]
    first, second = (record for given in saved for record in given[2])
    assert without_time(first) == {
        "id": "a",
        "key": "k",
        "error": None,
        "item": 4,
        "split": "of a",
    }
    assert last[:2] == ({}, {})
    assert last[2].to_dict("records") == [first, second]


def test_a_failure_has_a_record_and_no_partition() -> None:
    *saved, last = loop([job("a", 0), job("b", 1)])
    assert [given[:2] for given in saved if any(given[:2])] == [({"b": 12.0}, {"b": "1"})]
    failed, _ = (record for given in saved for record in given[2])
    assert without_time(failed) == {
        "id": "a",
        "key": "k",
        "error": "ZeroDivisionError: division by zero",
        "split": "of a",
    }
    assert usable(last[2])["id"].tolist() == ["b"]


def test_what_is_done_keeps_its_record_but_learns_what_is_said_of_it_now() -> None:
    earlier = {"id": "a", "key": "k", "error": None, "compute_seconds": 5.0, "item": 4}
    jobs = [UtteranceJob("a", "k", lambda: 1 / 0, {"split": "test"})]
    ((*partitions, table),) = loop(jobs, {"a": earlier | {"split": "train"}})
    assert partitions == [{}, {}]
    assert table.to_dict("records") == [earlier | {"split": "test"}]


def test_another_key_is_done_again() -> None:
    done = {"a": {"id": "a", "key": "old", "error": None}, "gone": {"id": "gone", "key": "k"}}
    computed, last = loop([job("a", 4, key="new")], done)
    assert computed[0] == {"a": 3.0}
    assert last[2]["id"].tolist() == ["a"]


def test_no_jobs_still_close_the_log() -> None:
    ((*partitions, table),) = loop([])
    assert partitions == [{}, {}]
    assert table.empty
    assert usable(table).empty


def test_rows_have_their_columns_as_attributes() -> None:
    rows = list(rows_of(pd.DataFrame({"id": ["a", "b"], "seconds": [1.0, 2.0]})))
    assert [(row.id, row.seconds) for row in rows] == [("a", 1.0), ("b", 2.0)]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"engine": "cluster"}, "there is no engine 'cluster'; give one of inline, processes"),
        (
            {"engines": {"inline": {"type": "nowhere.Engine"}}},
            "'nowhere.Engine' cannot be imported",
        ),
        ({"engines": {"inline": INLINE.engines["inline"] | {"speed": 2}}}, "does not take these"),
        ({"workers": 2}, "Extra inputs"),
    ],
)
def test_bad_parameters_are_refused(changes: dict[str, Any], fault: str) -> None:
    usual = {"engine": "inline", "engines": INLINE.engines}
    with pytest.raises(ValidationError, match=fault):
        ComputeParameters.model_validate(usual | changes)


def test_workers_save_what_they_make_under_its_name(tmp_path: Path) -> None:
    datasets = [
        PartitionedDataset(path=str(tmp_path / name), dataset="text.TextDataset")
        for name in ("quotient", "item")
    ]
    compute = PROCESSES.saved_by_workers(dataset.save for dataset in datasets)
    four, none = partial(int, 4), partial(int, -1)
    jobs = [UtteranceJob("a", "k", four, partition="of/a.txt"), UtteranceJob("b", "k", none)]
    *each, last = utterance_loop(compute, as_text, jobs, 12, {}, "division", 2, 2)
    assert not any(any(given[:2]) for given in (*each, last))
    assert last[2]["item"].tolist() == [4, -1]
    quotient, item = ({id: load() for id, load in d.load().items()} for d in datasets)
    assert quotient == {"of/a.txt": "3.0", "b": "-12.0"}
    assert item == {"of/a.txt": "4"}


def as_text(context: int, item: int) -> UtteranceResult:
    return UtteranceResult((str(context / item), str(item) if item > 0 else None), {"item": item})


def test_the_table_is_in_the_order_of_the_jobs_whichever_is_ready_first(tmp_path: Path) -> None:
    jobs = [UtteranceJob(str(n), "k", partial(int, n)) for n in range(5)]
    sign = tmp_path / "another is recorded"
    loop = utterance_loop(TWO, the_first_after_a_sign, jobs, sign, {}, "wait", 0, 5)
    ((recorded,),) = next(loop)
    assert recorded["id"] != "0"
    sign.touch()
    *_, (table,) = loop
    assert table["id"].tolist() == ["0", "1", "2", "3", "4"]


def the_first_after_a_sign(sign: Path, item: int) -> UtteranceResult:
    while item == 0 and not sign.exists():
        time.sleep(0.01)
    return UtteranceResult((), {})


def test_a_job_carries_one_utterance_not_the_corpus() -> None:
    speech: Any = {f"u{n}": partial(np.ones, (n,), np.float32) for n in range(1000)}
    sizes = [len(pickle.dumps(partial(at_own_level, speech[id], 60, 2))) for id in ("u0", "u999")]
    assert max(sizes) < 1000


def test_a_beginning_is_that_of_the_original_at_the_speakers_level() -> None:
    speech = {"a": lambda: np.linspace(-0.1, 0.1, 40_000, dtype=np.float32)}
    whole = original_speech(speech, pd.DataFrame([{"id": "a", "level_code": 60}]), "a")
    np.testing.assert_array_equal(at_own_level(speech["a"], 60, 2), whole[:32_000])
    np.testing.assert_array_equal(at_own_level(speech["a"], 60, 3), whole)
    assert not np.allclose(whole, speech["a"]())


@pytest.mark.parametrize(
    ("count", "ids"), [(1, ["a"]), (2, ["a", "c"]), (3, ["a", "b", "c"]), (9, list("abcd"))]
)
def test_some_utterances_are_spread_over_all(count: int, ids: list[str]) -> None:
    rows = pd.DataFrame({"id": list("dcba")})
    assert spread(rows, count)["id"].tolist() == ids


def test_storage_that_is_full_ends_the_loop_and_fails_no_utterance() -> None:
    saved: list[str] = []

    def save(partitions: Mapping[str, Any]) -> None:
        if saved:
            full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "data/b.wav")
            raise DatasetError("Failed while saving data") from full
        saved.extend(partitions)

    compute = INLINE.saved_by_workers([save, lambda _: None])
    jobs = [job("a", 4), job("b", 3), job("c", 3)]
    yields = utterance_loop(compute, divide, jobs, 12, {}, "", outputs=2, total=3)
    assert [record["id"] for record in next(yields)[-1]] == ["a"]
    with pytest.raises(StorageError, match=r"no more in data/b.wav \(No space left on device\)"):
        next(yields)


class NotedEngine(InlineEngine):
    ended: ClassVar[list[str]] = []

    def map(self, *args: Any) -> Iterator[Any]:
        try:
            yield from super().map(*args)
        finally:
            self.ended.append("ended")


def test_an_engine_ends_before_the_error_that_ends_the_loop_is_told() -> None:
    def save(partitions: Mapping[str, Any]) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "data/a.wav")

    noted = {"inline": {"type": f"{__name__}.{NotedEngine.__name__}"}}
    compute = INLINE.model_copy(update={"engines": noted}).saved_by_workers([save, save])
    with pytest.raises(StorageError):
        list(utterance_loop(compute, divide, [job("a", 4), job("b", 4)], 12, {}, "", 2, 2))
    assert NotedEngine.ended == ["ended"]


@pytest.mark.parametrize("end", [KeyboardInterrupt, RuntimeError])
def test_an_error_or_ctrl_c_loses_no_record(end: type[BaseException]) -> None:
    def jobs() -> Iterator[UtteranceJob]:
        yield from (job(id, 4) for id in "abc")
        raise end

    recorded: list[str] = []
    compute = INLINE.saved_by_workers([lambda _: None] * 2)
    with pytest.raises(end):
        for *_, lot in utterance_loop(compute, divide, jobs(), 12, {}, "", outputs=2, total=3):
            recorded += [record["id"] for record in lot]
    assert recorded == ["a", "b", "c"]


def test_another_error_of_a_store_is_the_utterances_own() -> None:
    def save(partitions: Mapping[str, Any]) -> None:
        raise ConnectionError("reset by peer")

    compute = INLINE.saved_by_workers([save, save])
    yields = [*utterance_loop(compute, divide, [job("a", 4)], 12, {}, "", outputs=2, total=1)]
    assert yields[-1][-1]["error"].tolist() == ["ConnectionError: reset by peer"]
