"""The sweeps: which variants there are, what is coded with them, and what is made of the log."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gan_audio_compression.bench.entries import Bench
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.pipelines.measures import MeasureParameters
from gan_audio_compression.pipelines.rate_distortion import nodes
from gan_audio_compression.pipelines.rate_distortion.parameters import SweepParameters
from gan_audio_compression.pipelines.training_parameters import SegmentTrainingParameters
from tests.pipelines.engines import INLINE
from tests.pipelines.toys import TOY_MEASURE, toy_entry

SWEEP = SweepParameters(
    levels=(2, 8),
    latents=(),
    training_utterances=2,
    utterances=1,
    systems=("encoder_only", "bpgan"),
)
MEASURES = MeasureParameters.model_validate([TOY_MEASURE])
MANIFEST = pd.DataFrame(
    {
        "id": ["a", "b", "c", "t", "u", "x"],
        "key": [f"k{id}" for id in "abctux"],
        "split": ["test", "test", "validation", "train", "train", "train"],
        "error": [None] * 5 + ["SilentAudioError: nothing"],
        "frames": [125.0] * 5 + [np.nan],
        "seconds": [1.0] * 5 + [np.nan],
        "level_code": [52.0] * 5 + [np.nan],
    }
)


def entry(label: str, search: dict[str, Any]) -> dict[str, Any]:
    # No model is as small as that: a variant has the rate that its levels take.
    codec = {"type": "gan_audio_compression.bench.gac.GacCodec", "search": search, "bitrate": 9}
    return {"label": label, "nominal_kbit_s": 2, "model": "segment_model", "codec": codec}


ADMM = {"strategy": "admm", "iterations": 4, "inner_steps": 2, "step": 0.05}
BENCH = Bench.model_validate(
    {
        "encoder_only": entry("Encoder only", {"strategy": "encoder_only"}),
        "bpgan": entry("BPGAN", ADMM),
        "toy": toy_entry(),
    }
)


@pytest.fixture
def speech(make_speech: Any) -> dict[str, Callable[[], Any]]:
    return {id: partial(make_speech, 16_000, seed) for seed, id in enumerate("abctu")}


@pytest.fixture
def log_mel() -> dict[str, Callable[[], Any]]:
    def refuse() -> Any:
        raise AssertionError("levels may not be fitted to this utterance")

    def loader(seed: int) -> Callable[[], Any]:
        values = -10 * np.random.default_rng(seed).random((125, 128), dtype=np.float32)
        return lambda: values

    return {"a": refuse, "b": refuse, "c": loader(2), "t": loader(0), "u": loader(1)}


def test_levels_are_fitted_to_training_speech_and_networks_stay(
    segment_model: SegmentModel, log_mel: dict[str, Any]
) -> None:
    variants = nodes.fit_level_variants(segment_model, log_mel, MANIFEST, SWEEP)
    assert list(variants) == ["levels_2", "levels_8"]
    for name, variant in variants.items():
        assert len(variant.quantiser.levels) == int(name.partition("_")[2])
        assert variant.generator is segment_model.generator
    assert len({variant.digest for variant in variants.values()}) == 2


def test_each_variant_has_its_number_of_latents(log_mel: dict[str, Any], tmp_path: Path) -> None:
    schedule = {"epochs": 1, "batch": 2, "steps_per_epoch": 1}
    parameters = SegmentTrainingParameters.model_validate(
        {
            "networks": {"layers": "frames", "width": 16, "encoder_blocks": 1},
            "levels": 4,
            "gan": {"schedule": schedule},
            "encoder": {"schedule": schedule},
            "runtime": {"validation_segments": 1},
        }
    )
    sweep = SWEEP.model_copy(update={"latents": (64, 128)})
    codecs = nodes.train_latent_variants(log_mel, MANIFEST, parameters, sweep, tmp_path)
    latents = {name: of.positions * of.networks.columns for name, of in codecs.items()}
    assert latents == {"latents_64": 64, "latents_128": 128}


def test_without_numbers_nothing_is_trained(log_mel: dict[str, Any], tmp_path: Path) -> None:
    parameters = SegmentTrainingParameters.model_validate({})
    assert nodes.train_latent_variants(log_mel, MANIFEST, parameters, SWEEP, tmp_path) == {}
    assert not any(tmp_path.iterdir())


def test_each_variant_and_search_codes_the_same_utterances(
    segment_model: SegmentModel,
    make_model: Callable[[int], SegmentModel],
    speech: dict[str, Any],
    run_loop: Callable[..., Any],
) -> None:
    codecs = {"levels_8": segment_model, "latents_512": make_model(1)}

    def code(speech: Any, variants: dict[str, SegmentModel], so_far: Any) -> Any:
        stored = {name: lambda model=model: model for name, model in variants.items()}
        levels = {name: load for name, load in stored.items() if name.startswith("levels")}
        latents = {name: load for name, load in stored.items() if name not in levels}
        settings = (BENCH, MEASURES, SWEEP, INLINE, so_far)
        return run_loop(nodes.code_variants(speech, MANIFEST, levels, latents, *settings))

    done = code(speech, codecs, {})
    assert set(done.records) == {
        f"{variant}/{system}/a" for variant in codecs for system in ("encoder_only", "bpgan")
    }
    assert done.table["error"].isna().all()
    assert (done.table["bits"] > 0).all()
    assert done.table["largest"].notna().all()
    changed = codecs | {"latents_512": make_model(2)}

    def not_again() -> Any:
        raise AssertionError("loaded again")

    gone = dict.fromkeys("abctu", not_again)
    again = code(gone, changed, done.records)
    failed = again.table[again.table["error"].notna()]
    assert set(failed["variant"]) == {"latents_512"}


def test_traces_fall_and_are_of_validation_speech(
    segment_model: SegmentModel, log_mel: dict[str, Any], run_loop: Callable[..., Any]
) -> None:
    done = run_loop(
        nodes.trace_searches(log_mel, MANIFEST, segment_model, BENCH, SWEEP, INLINE, {})
    )
    assert set(done.records) == {"encoder_only/c", "bpgan/c"}
    objective = nodes.average_traces(done.table).set_index("system")
    assert objective.loc[["bpgan"], "iteration"].tolist() == [0, 2, 4]
    assert (np.diff(objective.loc[["bpgan"], "objective"]) <= 0).all()
    start = objective.loc["encoder_only", "objective"]
    assert objective.loc[["bpgan"], "objective"].iloc[0] == pytest.approx(start)


def test_a_trace_that_ended_early_keeps_its_last_value() -> None:
    traces = pd.DataFrame(
        {
            "system": ["bpgan", "bpgan"],
            "frames": [300, 100],
            "objective": [[4.0, 2.0, 1.0], [8.0]],
            "every": [5, 5],
            "error": [None, None],
        }
    )
    table = nodes.average_traces(traces)
    assert table["iteration"].tolist() == [0, 5, 10]
    assert table["objective"].tolist() == [5.0, 3.5, 2.75]


@pytest.mark.parametrize("system", ["toy", "gone"])
def test_what_is_no_segment_codec_of_the_bench_is_not_swept(
    segment_model: SegmentModel, log_mel: dict[str, Any], system: str
) -> None:
    sweep = SWEEP.model_copy(update={"systems": (system,)})
    with pytest.raises(nodes.SweepError, match=f"{system}, which is no segment codec"):
        list(nodes.trace_searches(log_mel, MANIFEST, segment_model, BENCH, sweep, INLINE, {}))
