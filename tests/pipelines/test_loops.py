"""A loop over utterances: its records, its last word, and what it does not do again."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from gan_audio_compression.pipelines.loops import (
    ComputeParameters,
    UtteranceJob,
    UtteranceResult,
    beginning,
    original_speech,
    rows_of,
    spread,
    usable,
    utterance_loop,
)

INLINE = ComputeParameters(executor="inline", workers=1)


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
    first, second, last = loop([job("a", 4), job("b", 3)])
    assert first[:2] == ({"a": 3.0}, {"a": "4"})
    assert second[:2] == ({"b": 4.0}, {"b": "3"})
    assert without_time(first[2]) == {
        "id": "a",
        "key": "k",
        "error": None,
        "item": 4,
        "split": "of a",
    }
    assert last[:2] == ({}, {})
    assert last[2].to_dict("records") == [first[2], second[2]]


def test_a_failure_has_a_record_and_no_partition() -> None:
    failed, good, last = loop([job("a", 0), job("b", 1)])
    assert failed[:2] == ({}, {})
    assert without_time(failed[2]) == {
        "id": "a",
        "key": "k",
        "error": "ZeroDivisionError: division by zero",
        "split": "of a",
    }
    assert good[:2] == ({"b": 12.0}, {"b": "1"})
    assert usable(last[2])["id"].tolist() == ["b"]


def test_what_is_done_keeps_its_record_but_learns_what_is_said_of_it_now() -> None:
    earlier = {"id": "a", "key": "k", "error": None, "compute_seconds": 5.0, "item": 4}
    jobs = [UtteranceJob("a", "k", lambda: 1 / 0, {"split": "test"})]
    (done, last) = loop(jobs, {"a": earlier | {"split": "train"}})
    assert done == ({}, {}, earlier | {"split": "test"})
    assert len(last[2]) == 1


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
    "values",
    [
        {"executor": "cluster", "workers": 1},
        {"executor": "inline", "workers": 0},
        {"executor": "inline"},
        {"executor": "inline", "workers": 1, "threads": 2},
    ],
)
def test_bad_parameters_are_refused(values: dict[str, Any]) -> None:
    build: Callable[..., Any] = ComputeParameters
    with pytest.raises(ValidationError):
        build(**values)


def test_a_beginning_is_that_of_the_original_at_the_speakers_level() -> None:
    speech = {"a": lambda: np.linspace(-0.1, 0.1, 40_000, dtype=np.float32)}
    row = SimpleNamespace(id="a", level_code=60)
    whole = original_speech(speech, pd.DataFrame([vars(row)]), "a")
    np.testing.assert_array_equal(beginning(speech, row, 2), whole[:32_000])
    np.testing.assert_array_equal(beginning(speech, row, 3), whole)
    assert not np.allclose(whole, speech["a"]())


@pytest.mark.parametrize(
    ("count", "ids"), [(1, ["a"]), (2, ["a", "c"]), (3, ["a", "b", "c"]), (9, list("abcd"))]
)
def test_some_utterances_are_spread_over_all(count: int, ids: list[str]) -> None:
    rows = pd.DataFrame({"id": list("dcba")})
    assert spread(rows, count)["id"].tolist() == ids
