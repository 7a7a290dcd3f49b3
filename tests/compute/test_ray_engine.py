"""Another engine, named by its path, where its package is installed."""

from typing import Any

import pytest

from gan_audio_compression.compute.parameters import ComputeParameters
from gan_audio_compression.pipelines.loops import UtteranceJob, UtteranceResult, utterance_loop

pytest.importorskip("ray")


def squared(context: int, item: int) -> UtteranceResult:
    if item == 2:
        raise ValueError("a two")
    return UtteranceResult((), {"made": context * item**2})


def test_a_loop_runs_on_it() -> None:
    entry = {"type": "tests.compute.ray_engine.RayEngine", "workers": 2}
    compute = ComputeParameters(engine="ray", engines={"ray": entry})
    jobs = [UtteranceJob(str(n), "k", lambda n=n: n) for n in range(5)]  # type: ignore[misc]
    *_, (table,) = utterance_loop(compute, squared, jobs, 10, {}, "squares", 0, 5)
    rows: dict[str, Any] = table.set_index("id").to_dict("index")
    assert [rows[str(n)]["made"] for n in (0, 1, 3, 4)] == [0, 10, 90, 160]
    assert rows["2"]["error"] == "ValueError: a two"
