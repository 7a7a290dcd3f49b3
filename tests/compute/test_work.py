"""What is done is not done again; what changed or failed is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_audio_compression.compute.dask import DaskEngine
from gan_audio_compression.compute.engine import Engine
from gan_audio_compression.compute.inline import InlineEngine
from gan_audio_compression.compute.work import item_key, run_once


def scale(context: int, item: int) -> int:
    if item < 0:
        raise ValueError("a negative item")
    return context * item


def record(id: str, key: str, error: str | None = None) -> dict[str, Any]:
    return {"id": id, "key": key, "error": error, "compute_seconds": 1.5}


def run(
    items: Any, done: dict[str, dict[str, Any]] | None = None, engine: Engine | None = None
) -> list[tuple[str, int | None, dict[str, Any]]]:
    return list(run_once(engine or InlineEngine(), scale, items, 10, done or {}, "Scaling"))


@pytest.mark.parametrize("engine", [InlineEngine(), DaskEngine(1)])
def test_only_what_is_not_done_is_computed(engine: Engine) -> None:
    done = {
        "a": record("a", "k"),
        "b": record("b", "old"),
        "d": record("d", "k", "ValueError: bad luck"),
        "f": record("f", "k"),
    }
    items = [(id, "k", number) for number, id in enumerate("abcdef", start=1)]
    results = run(items, done, engine)
    values = {id: value for id, value, _ in results}
    assert values == {"a": None, "b": 20, "c": 30, "d": 40, "e": 50, "f": None}
    records = {id: made for id, _, made in results}
    assert [records[id] for id in "af"] == [done[id] for id in "af"]
    for id, value, made in results:
        assert set(made) == {"id", "key", "error", "compute_seconds"}
        assert (made["id"], made["key"], made["error"]) == (id, "k", None)
        assert value is None or made["compute_seconds"] < 1.5


def test_a_second_run_computes_nothing() -> None:
    items = [("a", "k", 1), ("b", "k", 2)]
    first = {id: made for id, _, made in run(items)}
    second = run(items, first)
    assert [value for _, value, _ in second] == [None, None]
    assert {id: made for id, _, made in second} == first


def test_failures_are_recorded_and_run_again() -> None:
    first = run([("a", "k", 1), ("b", "k", -2), ("c", "k", 3)])
    assert [value for _, value, _ in first] == [10, None, 30]
    assert first[1][2]["error"] == "ValueError: a negative item"
    second = run([("a", "k", 1), ("b", "k", 2)], {id: made for id, _, made in first})
    assert [value for _, value, _ in second] == [None, 20]
    assert second[1][2]["error"] is None


def test_items_are_pulled_only_as_they_are_needed() -> None:
    pulled: list[int] = []

    def endless() -> Iterator[tuple[str, str, int]]:
        for number in range(10**9):
            pulled.append(number)
            yield str(number), "k", number

    results = run_once(InlineEngine(), scale, endless(), 1, {"1": record("1", "k")}, "Scaling")
    assert sorted(next(results)[0] for _ in range(4)) == ["0", "1", "2", "3"]
    assert len(pulled) <= 5


def test_no_progress_bar_outside_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    run([("a", "k", 1)])
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


def test_key_is_a_sha256_that_ignores_the_order_of_a_mapping() -> None:
    key = item_key("digest", {"a": 1, "b": [2.5, None]})
    assert key == item_key("digest", {"b": [2.5, None], "a": 1})
    assert len(bytes.fromhex(key)) == 32


def test_key_is_the_same_in_every_version() -> None:
    assert item_key() == "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_different_parts_give_different_keys(first: list[str], second: list[str]) -> None:
    assert (item_key(*first) == item_key(*second)) == (first == second)


def test_key_refuses_what_has_no_canonical_form() -> None:
    with pytest.raises(TypeError):
        item_key({"path": Path("a")})
    with pytest.raises(ValueError):
        item_key({"rate": float("nan")})
