"""No row can be stale: each part of a recipe, changed, makes all rows of its codec anew."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import pytest

from gan_audio_compression.bench import gac
from gan_audio_compression.bench.entries import Bench
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.codec.sequence.trade import Trade
from gan_audio_compression.pipelines.compression.nodes import compress_utterances
from gan_audio_compression.pipelines.reconstruction.nodes import reconstruct_utterances
from gan_audio_compression.signal.distortion_weights import DistortionWeights
from tests.pipelines import toys
from tests.pipelines.engines import INLINE
from tests.pipelines.toys import toy_entry

MANIFEST = pd.DataFrame(
    {
        "id": ["a", "b"],
        "key": ["ka", "kb"],
        "split": ["test", "validation"],
        "error": [None, None],
        "seconds": [0.5, 0.5],
        "level_code": [52.0, 52.0],
    }
)

Make = Callable[..., Any]


def sequence_entry(**settings: Any) -> dict[str, Any]:
    codec = {"type": "gan_audio_compression.bench.gac.GacCodec", "bitrate": 4000} | settings
    return {"label": "Ours", "nominal_kbit_s": 4, "model": "sequence_model", "codec": codec}


@pytest.fixture(scope="module")
def make(sequence_model: SequenceModel, make_speech: Any, run_loop: Callable[..., Any]) -> Make:
    """Run compression and reconstruction over one recording, from what was done before."""
    speech = {id: partial(make_speech, 8000, seed) for seed, id in enumerate("ab")}

    def run(
        entry: dict[str, Any] | None = None,
        model: SequenceModel = sequence_model,
        coded: Any = None,
        decoded: Any = None,
    ) -> Any:
        bench = Bench.model_validate({"ours": entry or sequence_entry()})
        models = {"sequence_model": model}
        coded_so_far = coded.records if coded else {}
        now: Any = run_loop(
            compress_utterances(speech, MANIFEST, bench, INLINE, coded_so_far, **models)
        )
        kept = (coded.partitions[0] if coded else {}) | now.partitions[0]
        files = {name: partial(bytes, data) for name, data in kept.items()}
        decoded_so_far = decoded.records if decoded else {}
        made: Any = run_loop(
            reconstruct_utterances(files, now.table, bench, INLINE, decoded_so_far, **models)
        )
        return now, made

    return run


@pytest.fixture(scope="module")
def before(make: Make) -> Any:
    return make()


def rows_made(now: tuple[Any, Any]) -> list[list[str]]:
    """Ids of what was coded and of what was decoded."""
    coded, decoded = now
    return [sorted(coded.partitions[0]), sorted(decoded.partitions[1])]


ALL = [["ours/a.gac", "ours/b.gac"], ["ours/a", "ours/b"]]


def test_the_same_recipe_makes_nothing_anew(make: Make, before: tuple[Any, Any]) -> None:
    assert rows_made(make(coded=before[0], decoded=before[1])) == [[], []]


@pytest.mark.parametrize(
    "settings",
    [
        {"bitrate": 3000},
        {"effort": 1},
        {"search": {"strategy": "refinement", "iterations": 1}},
        {"search": {"strategy": "refinement", "iterations": 1, "step": 0.1}},
    ],
    ids=str,
)
def test_another_setting_makes_all_rows_anew(
    make: Make, before: tuple[Any, Any], settings: dict[str, Any]
) -> None:
    now = make(sequence_entry(**settings), coded=before[0], decoded=before[1])
    assert rows_made(now) == ALL


@pytest.fixture(params=["weights", "trade", "distortion"])
def other_model(
    request: pytest.FixtureRequest,
    sequence_model: SequenceModel,
    other_sequence_model: SequenceModel,
) -> SequenceModel:
    """A model that differs in one thing."""
    models: dict[str, SequenceModel] = {
        "weights": other_sequence_model,
        "trade": replace(sequence_model, trade=Trade(0.4, 0.005)),
        "distortion": replace(sequence_model, distortion=DistortionWeights(0.0, 0.0)),
    }
    return models[str(request.param)]


def test_another_model_makes_all_rows_anew(
    make: Make, before: tuple[Any, Any], other_model: SequenceModel
) -> None:
    assert rows_made(make(model=other_model, coded=before[0], decoded=before[1])) == ALL


@pytest.fixture(params=["code", "libraries"])
def another_world(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Other code of this project, or another version of a library."""
    if request.param == "code":
        monkeypatch.setattr(gac, "code_digest", lambda *parts: "other")
    else:
        monkeypatch.setattr("importlib.metadata.version", lambda name: "other")
    yield


@pytest.mark.usefixtures("another_world")
def test_other_code_or_libraries_make_all_rows_anew(make: Make, before: tuple[Any, Any]) -> None:
    assert rows_made(make(coded=before[0], decoded=before[1])) == ALL


def test_another_version_of_a_program_makes_all_rows_anew(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    coded, decoded = make(toy_entry())
    assert rows_made(make(toy_entry(), coded=coded, decoded=decoded)) == [[], []]
    monkeypatch.setattr(toys.ToyCodec, "version", lambda codec: "toy 2")
    now = make(toy_entry(), coded=coded, decoded=decoded)
    assert rows_made(now) == [["ours/a.toy", "ours/b.toy"], ["ours/a", "ours/b"]]
