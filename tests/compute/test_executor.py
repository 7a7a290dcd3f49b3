"""Both executors keep the same promises; processes also survive the death of a worker."""

import errno
import logging
import os
import signal
from collections.abc import Iterator

import pytest

from gan_audio_compression.compute.executor import (
    ComputeError,
    Executor,
    InlineExecutor,
    ProcessExecutor,
    make_executor,
)


def divide(context: int, item: int) -> float:
    return context / item


def kill_itself(context: int, item: int) -> int:
    if item == context:
        os.kill(os.getpid(), signal.SIGKILL)
    return item


def leave(context: None, item: int) -> int:
    raise SystemExit(item)


def torch_threads(context: object, item: int) -> int:
    import torch

    return torch.get_num_threads()


def process_id(context: None, item: int) -> int:
    return os.getpid()


def unsendable(context: None, item: int) -> object:
    return (lambda: item) if item == 1 else item


class Counted:
    """Counts how often it crosses to another process."""

    def __init__(self) -> None:
        self.sent = 0

    def __getstate__(self) -> dict[str, int]:
        self.sent += 1
        return {"sent": self.sent}


@pytest.fixture(params=["inline", "processes"])
def executor(request: pytest.FixtureRequest) -> Executor:
    return make_executor(request.param, workers=2)


def numbered(values: list[int]) -> list[tuple[str, int]]:
    return [(f"u{position}", value) for position, value in enumerate(values)]


def test_results_come_in_the_order_of_the_items(executor: Executor) -> None:
    outcomes = list(executor.map(divide, numbered([1, 2, 4, 5, 8, 10, 20]), 40))
    assert [outcome.id for outcome in outcomes] == [f"u{n}" for n in range(7)]
    assert [outcome.value for outcome in outcomes] == [40, 20, 10, 8, 5, 4, 2]
    assert all(outcome.error is None and outcome.seconds >= 0 for outcome in outcomes)


def test_a_failure_is_recorded_and_the_rest_goes_on(
    executor: Executor, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        outcomes = list(executor.map(divide, numbered([1, 0, 2]), 4))
    assert [outcome.value for outcome in outcomes] == [4, None, 2]
    assert outcomes[1].error == "ZeroDivisionError: division by zero"
    assert [record.message for record in caplog.records] == [
        "u1 failed: ZeroDivisionError: division by zero"
    ]


def test_nothing_to_do_gives_nothing(executor: Executor) -> None:
    assert list(executor.map(divide, [], 1)) == []


def test_leaving_is_not_a_failure_of_an_item(executor: Executor) -> None:
    with pytest.raises(SystemExit):
        list(executor.map(leave, numbered([3]), None))


@pytest.mark.parametrize(
    ("executor", "window"), [("inline", 1), ("processes", 4)], indirect=["executor"]
)
def test_items_are_pulled_only_as_they_are_needed(executor: Executor, window: int) -> None:
    pulled: list[int] = []

    def endless() -> Iterator[tuple[str, int]]:
        number = 0
        while True:
            number += 1
            pulled.append(number)
            yield str(number), number

    outcomes = executor.map(divide, endless(), 1)
    for taken in range(1, 8):
        assert next(outcomes).value == 1 / taken
        assert len(pulled) == window + taken - 1
    outcomes.close()  # type: ignore[attr-defined]


def test_a_worker_that_dies_fails_what_was_in_flight_and_no_more() -> None:
    outcomes = list(ProcessExecutor(2).map(kill_itself, numbered(list(range(20))), 8))
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
    outcomes = list(ProcessExecutor(1).map(kill_itself, numbered([7] * 5), 7))
    assert len(outcomes) == 5
    assert all((outcome.error or "").startswith("WorkerDiedError") for outcome in outcomes)


def test_items_run_in_other_processes_and_reuse_them() -> None:
    pids = {o.value for o in ProcessExecutor(2).map(process_id, numbered([0] * 12), None)}
    assert 1 <= len(pids) <= 2
    assert os.getpid() not in pids


def test_the_context_is_sent_to_each_worker_not_with_each_item() -> None:
    context = Counted()
    outcomes = list(ProcessExecutor(2).map(torch_threads, numbered([0] * 10), context))
    assert all(outcome.error is None for outcome in outcomes)
    assert 1 <= context.sent <= 2


def test_a_worker_computes_with_one_thread() -> None:
    import torch

    outcomes = list(ProcessExecutor(1).map(torch_threads, numbered([0]), torch.nn.Linear(2, 2)))
    assert outcomes[0].value == 1


def test_where_no_worker_can_be_started_the_work_is_done_here(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("_multiprocessing.SemLock", refuse)
    with caplog.at_level(logging.WARNING):
        outcomes = list(ProcessExecutor(2).map(process_id, numbered([0] * 5), None))
    assert [outcome.id for outcome in outcomes] == [f"u{n}" for n in range(5)]
    assert {outcome.value for outcome in outcomes} == {os.getpid()}
    (record,) = caplog.records
    assert "Read-only file system" in record.message


def test_a_value_that_cannot_be_sent_back_is_a_failure_of_its_item() -> None:
    outcomes = list(ProcessExecutor(1).map(unsendable, numbered([0, 1, 2]), None))
    assert [outcome.value for outcome in outcomes] == [0, None, 2]
    assert outcomes[1].error is not None


def test_what_cannot_be_done_is_refused() -> None:
    with pytest.raises(ComputeError, match="0 worker"):
        make_executor("processes", workers=0)
    with pytest.raises(ComputeError, match="'threads'"):
        make_executor("threads", workers=1)  # type: ignore[arg-type]
    assert isinstance(make_executor("inline", workers=0), InlineExecutor)
