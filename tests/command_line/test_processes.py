"""Files among processes: their order, what is pulled and sent, the death of a worker."""

import errno
import logging
import os
from collections.abc import Iterator

import pytest

from gan_audio_compression.command_line.processes import Processes
from tests.compute.work import (
    Counted,
    divide,
    kill_itself,
    numbered,
    process_id,
    torch_threads,
)


def unsendable(context: None, item: int) -> object:
    return (lambda: item) if item == 1 else item


def test_results_come_in_the_order_of_the_items() -> None:
    outcomes = list(Processes(2).map(divide, numbered([1, 2, 4, 5, 8, 10, 20]), 40))
    assert [outcome.id for outcome in outcomes] == [f"u{n}" for n in range(7)]
    assert [outcome.value for outcome in outcomes] == [40, 20, 10, 8, 5, 4, 2]
    assert all(outcome.error is None and outcome.seconds >= 0 for outcome in outcomes)


def test_items_are_pulled_only_as_they_are_needed() -> None:
    pulled: list[int] = []

    def endless() -> Iterator[tuple[str, int]]:
        number = 0
        while True:
            number += 1
            pulled.append(number)
            yield str(number), number

    outcomes = Processes(2).map(divide, endless(), 1)
    for taken in range(1, 8):
        assert next(outcomes).value == 1 / taken
        assert len(pulled) == 4 + taken - 1
    outcomes.close()  # type: ignore[attr-defined]


def test_a_worker_that_dies_fails_what_was_in_flight_and_no_more() -> None:
    outcomes = list(Processes(2).map(kill_itself, numbered(list(range(20))), 8))
    assert [outcome.id for outcome in outcomes] == [f"u{n}" for n in range(20)]
    failed = {outcome.id for outcome in outcomes if outcome.error}
    assert "u8" in failed
    assert len(failed) <= 4
    assert all(int(name[1:]) in range(5, 12) for name in failed)
    for position, outcome in enumerate(outcomes):
        if outcome.error:
            assert outcome.value is None
            assert outcome.error.startswith("WorkerDiedError: A worker process ended")
        else:
            assert outcome.value == position


def test_every_item_may_kill_its_worker() -> None:
    outcomes = list(Processes(1).map(kill_itself, numbered([7] * 5), 7))
    assert len(outcomes) == 5
    assert all((outcome.error or "").startswith("WorkerDiedError") for outcome in outcomes)


def test_items_run_in_other_processes_and_reuse_them() -> None:
    pids = {o.value for o in Processes(2).map(process_id, numbered([0] * 12), None)}
    assert 1 <= len(pids) <= 2
    assert os.getpid() not in pids


def test_the_context_is_sent_to_each_worker_not_with_each_item() -> None:
    context = Counted()
    outcomes = list(Processes(2).map(torch_threads, numbered([0] * 10), context))
    assert all(outcome.error is None for outcome in outcomes)
    assert 1 <= context.sent <= 2


def test_a_worker_computes_with_one_thread() -> None:
    import torch

    outcomes = list(Processes(1).map(torch_threads, numbered([0]), torch.nn.Linear(2, 2)))
    assert outcomes[0].value == 1


def test_where_no_worker_can_be_started_the_work_is_done_here(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("_multiprocessing.SemLock", refuse)
    with caplog.at_level(logging.WARNING):
        outcomes = list(Processes(2).map(process_id, numbered([0] * 5), None))
    assert [outcome.id for outcome in outcomes] == [f"u{n}" for n in range(5)]
    assert {outcome.value for outcome in outcomes} == {os.getpid()}
    (record,) = caplog.records
    assert "Read-only file system" in record.message


def test_a_value_that_cannot_be_sent_back_is_a_failure_of_its_item() -> None:
    outcomes = list(Processes(1).map(unsendable, numbered([0, 1, 2]), None))
    assert [outcome.value for outcome in outcomes] == [0, None, 2]
    assert outcomes[1].error is not None
