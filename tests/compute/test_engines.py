"""All engines keep the same promises; a cluster also survives the death of its workers."""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, get_worker

from gan_audio_compression.compute.dask import DaskEngine
from gan_audio_compression.compute.engine import ComputeError, Engine
from gan_audio_compression.compute.inline import InlineEngine
from tests.compute.work import (
    Counted,
    divide,
    kill_itself,
    numbered,
    process_id,
    torch_threads,
)
from tests.dask_cluster import Cluster, dask_cluster

ENGINES: dict[str, Callable[[], Engine]] = {
    "inline": InlineEngine,
    "dask": lambda: DaskEngine(workers=2),
}


def kill_once(folder: Path, item: int) -> int:
    if item == 3 and not (folder / "killed").exists():
        (folder / "killed").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.05)
    return item


def sleep(context: None, item: float) -> float:
    time.sleep(item)
    return item


def first_waits(sign: Path, item: int) -> int:
    end = time.monotonic() + 60
    while item == 0 and not sign.exists():
        assert time.monotonic() < end
        time.sleep(0.01)
    return item


def forget(dask_scheduler: Any) -> None:
    """Make a scheduler forget all items, as if messages about them had been lost."""
    for id, client in list(dask_scheduler.clients.items()):
        items = [task.key for task in client.wants_what if task.key.startswith("_attempt_all")]
        dask_scheduler.client_releases_keys(items, client=id)


def unsendable(context: None, item: int) -> object:
    return threading.Lock() if item == 15 else item


def task_of(context: None, item: float) -> object:
    time.sleep(item)
    return get_worker().get_current_task()


@pytest.fixture(params=list(ENGINES))
def engine(request: pytest.FixtureRequest) -> Engine:
    return ENGINES[request.param]()


def test_each_item_has_its_outcome(engine: Engine) -> None:
    outcomes = {o.id: o for o in engine.map(divide, numbered([1, 2, 4, 5, 8, 10, 20]), 40)}
    values = {f"u{n}": value for n, value in enumerate([40, 20, 10, 8, 5, 4, 2])}
    assert {id: outcome.value for id, outcome in outcomes.items()} == values
    assert all(outcome.error is None and outcome.seconds >= 0 for outcome in outcomes.values())


def test_a_failure_is_recorded_and_the_rest_goes_on(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "gan_audio_compression"):
        outcomes = {o.id: o for o in engine.map(divide, numbered([1, 0, 2]), 4)}
    assert [outcomes[f"u{n}"].value for n in range(3)] == [4, None, 2]
    assert outcomes["u1"].error == "ZeroDivisionError: division by zero"
    assert [r.message for r in caplog.records if r.name.startswith("gan_audio")] == [
        "u1 failed: ZeroDivisionError: division by zero"
    ]


def test_nothing_to_do_gives_nothing(engine: Engine) -> None:
    assert list(engine.map(divide, [], 1)) == []


def test_items_are_pulled_only_as_they_are_needed(engine: Engine) -> None:
    pulled: list[int] = []

    def endless() -> Iterator[tuple[str, float]]:
        number = 0
        while True:
            number += 1
            pulled.append(number)
            yield str(number), 0.4

    outcomes = engine.map(sleep, endless(), None)
    for taken in range(1, 8):
        next(outcomes)
        assert taken <= len(pulled) <= taken + 4
    outcomes.close()  # type: ignore[attr-defined]


def test_quick_items_share_tasks_and_slow_ones_do_not() -> None:
    def tasks(seconds: float, count: int) -> int:
        outcomes = DaskEngine(workers=2).map(task_of, numbered([seconds] * count), None)
        return len({outcome.value for outcome in outcomes})

    assert tasks(0.001, 200) < 20
    assert tasks(0.4, 6) == 6


def test_outcomes_come_as_they_are_ready(tmp_path: Path) -> None:
    outcomes = DaskEngine(workers=2).map(first_waits, numbered([0, 1, 2, 3]), tmp_path / "go")
    assert next(outcomes).id != "u0"
    (tmp_path / "go").touch()
    assert {outcome.id for outcome in outcomes} > {"u0"}


def test_an_item_that_kills_its_worker_fails_and_no_other() -> None:
    outcomes = list(DaskEngine(workers=2).map(kill_itself, numbered(list(range(12))), 5))
    assert {o.id: o.value for o in outcomes if o.error is None} == {
        f"u{n}": n for n in range(12) if n != 5
    }
    (failed,) = (o for o in outcomes if o.error)
    assert failed.id == "u5"
    assert (failed.error or "").startswith("WorkerDiedError: A worker ended twice while 'u5'")


@pytest.mark.parametrize("workers", [1, 3])
def test_where_a_worker_is_killed_nothing_fails(workers: int, tmp_path: Path) -> None:
    outcomes = list(DaskEngine(workers).map(kill_once, numbered(list(range(10))), tmp_path))
    assert (tmp_path / "killed").exists()
    assert {o.id: o.value for o in outcomes} == {f"u{n}": n for n in range(10)}
    assert all(outcome.error is None for outcome in outcomes)


def test_items_run_in_other_processes_and_reuse_them() -> None:
    pids = {o.value for o in DaskEngine(2).map(process_id, numbered([0] * 12), None)}
    again = {o.value for o in DaskEngine(2).map(process_id, numbered([0] * 12), None)}
    assert len(pids | again) <= 2
    assert os.getpid() not in pids


def test_the_context_is_sent_once_not_with_each_item() -> None:
    context = Counted()
    outcomes = list(DaskEngine(2).map(torch_threads, numbered([0] * 10), context))
    assert {outcome.value for outcome in outcomes} == {1}
    assert context.sent == 1


def test_a_value_that_cannot_be_sent_back_is_a_failure_of_its_item() -> None:
    outcomes = {o.id: o for o in DaskEngine(1).map(unsendable, numbered(list(range(30))), None)}
    assert {o.id: o.value for o in outcomes.values() if o.error is None} == {
        f"u{n}": n for n in range(30) if n != 15
    }
    assert outcomes["u15"].error is not None


def test_what_cannot_be_done_is_refused() -> None:
    with pytest.raises(ComputeError, match="0 worker"):
        DaskEngine(workers=0)
    nowhere = DaskEngine(address="tcp://127.0.0.1:9")
    with pytest.raises(ComputeError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        list(nowhere.map(divide, numbered([1]), 1))


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with dask_cluster() as made:
        yield made


def test_a_loop_goes_on_when_its_scheduler_is_started_again(cluster: Cluster) -> None:
    outcomes = DaskEngine(address=cluster.address).map(sleep, numbered([0.1] * 10), None)
    ids = [next(outcomes).id for _ in range(3)]
    cluster.kill()
    cluster.start()
    ids += [outcome.id for outcome in outcomes]
    assert sorted(ids) == sorted(f"u{n}" for n in range(10))


def test_a_loop_goes_on_when_items_are_lost_on_the_way(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("gan_audio_compression.compute.dask_loop._SILENCE_SECONDS", 1.0)
    outcomes = DaskEngine(address=cluster.address).map(sleep, numbered([0.1] * 10), None)
    ids = [next(outcomes).id]
    with Client(cluster.address, set_as_default=False) as other:
        other.run_on_scheduler(forget)
    with caplog.at_level(logging.WARNING, "gan_audio_compression"):
        ids += [outcome.id for outcome in outcomes]
    assert sorted(ids) == sorted(f"u{n}" for n in range(10))
    assert "The Dask cluster is idle" in caplog.text


def test_a_cluster_that_stays_away_ends_the_loop(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes = DaskEngine(address=cluster.address).map(sleep, numbered([0.1] * 10), None)
    next(outcomes)
    cluster.kill()
    monkeypatch.setattr("gan_audio_compression.compute.dask_loop._PATIENCE_SECONDS", 3)
    with pytest.raises(ComputeError, match="The Dask cluster is gone"):
        list(outcomes)


def test_without_dask_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ComputeError, match=r"pip install 'gan-audio-compression\[dask\]'"):
        DaskEngine()
