"""`make bench`: rounds, ranges, what is said of slower cases, what is written."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from scripts.bench import Timing, as_table, comparison, machine, main, slower, timed
from scripts.bench_cases import Case

BEFORE = {"encode": Timing("x", 0.02, 0.01, 0.03), "start": Timing("s", 0.5, 0.4, 0.6, 120.0)}
ABOUT = {"processor": "A", "commit": "abc"}


def test_cases_take_turns_and_times_are_shares_of_the_audio() -> None:
    done: list[str] = []

    def process() -> float:
        done.append("process")
        return 42.0

    cases = [Case("audio", partial(done.append, "audio"), seconds=1e9), Case("process", process)]
    timings = timed(cases, 3)
    assert done == 3 * ["audio", "process"]
    assert timings["audio"].unit == "x" and timings["audio"].most < 1e-8
    assert timings["process"].unit == "s" and timings["process"].megabytes == 42.0
    for timing in timings.values():
        assert 0 < timing.least <= timing.median <= timing.most


def test_what_is_notably_slower_is_said() -> None:
    now = BEFORE | {"encode": replace(BEFORE["encode"], median=0.03), "new": BEFORE["start"]}
    assert slower(BEFORE, now) == ["encode takes 1.50 times as long as before."]
    assert slower(BEFORE, BEFORE | {"encode": replace(BEFORE["encode"], median=0.022)}) == []


def test_the_table_has_units() -> None:
    table = as_table(BEFORE, ABOUT)
    assert "| encode | 0.02 | 0.01 to 0.03 |  |" in table
    assert "| start | 0.5 s | 0.4 to 0.6 | 120 |" in table
    assert "processor A, commit abc" in table


def test_a_run_compares_with_the_one_before(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    for sentence in ("no timings to compare", "Nothing is notably slower"):
        main(["--folder", str(tmp_path)], lambda folder, lyra: [Case("quick", lambda: None, 1.0)])
        assert sentence in caplog.text or "times as long" in caplog.text
    numbers = json.loads((tmp_path / "speed.json").read_text())
    assert numbers["machine"]["processor"] == machine()["processor"]
    assert "| quick |" in (tmp_path / "speed.md").read_text()
    numbers["machine"]["processor"] = "another"
    (tmp_path / "speed.json").write_text(json.dumps(numbers))
    (said,) = comparison(tmp_path, BEFORE, ABOUT)
    assert said == "The timings before are of another processor, another."
