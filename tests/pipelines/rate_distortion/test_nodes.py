"""The sweeps: which variants there are, what is coded with them, and what is made of the log."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gan_audio_compression.codec.coding import Coding
from gan_audio_compression.codec.model import CodecModel
from gan_audio_compression.evaluation.metrics import METRICS
from gan_audio_compression.pipelines.compression.parameters import CodingParameters
from gan_audio_compression.pipelines.loops import ComputeParameters
from gan_audio_compression.pipelines.rate_distortion import figures, nodes
from gan_audio_compression.pipelines.rate_distortion.parameters import SweepParameters
from gan_audio_compression.pipelines.training.parameters import TrainingParameters

INLINE = ComputeParameters(executor="inline", workers=1)
SWEEP = SweepParameters(levels=(2, 8), training_utterances=2, utterances=1)
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


def ways(iterations: int = 4) -> dict[str, Coding]:
    admm = {"strategy": "admm", "iterations": iterations, "inner_steps": 2, "step": 0.05}
    alone = {"strategy": "encoder_only"}
    return {
        name: CodingParameters.model_validate({"search": search}).root
        for name, search in (("encoder_only", alone), ("bpgan", admm))
    }


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
    codec_model: CodecModel, log_mel: dict[str, Any]
) -> None:
    variants = nodes.fit_level_variants(codec_model, log_mel, MANIFEST, SWEEP)
    assert list(variants) == ["levels_2", "levels_8"]
    for name, variant in variants.items():
        assert len(variant.quantiser.levels) == int(name.partition("_")[2])
        assert variant.generator is codec_model.generator
    assert len({variant.digest for variant in variants.values()}) == 2


def test_a_variant_has_its_number_of_latents(log_mel: dict[str, Any], tmp_path: Path) -> None:
    schedule = {"epochs": 1, "batch": 2, "steps_per_epoch": 1}
    networks = {"width": 16, "residual_blocks": 0, "norm": "none", "discriminator_width": 4}
    parameters = TrainingParameters.model_validate(
        {
            "networks": networks | {"discriminator_scales": 1, "discriminator_layers": 1},
            "gan": {"schedule": schedule},
            "encoder": {"schedule": schedule, "levels": 4},
            "runtime": {"validation_segments": 1},
        }
    )
    codec = nodes.train_variant(log_mel, MANIFEST, parameters, 2, tmp_path)
    assert codec.positions == 16


def test_each_variant_and_search_codes_the_same_utterances(
    codec_model: CodecModel,
    make_model: Callable[[int], CodecModel],
    speech: dict[str, Any],
    run_loop: Callable[..., Any],
) -> None:
    codecs = {"levels_8": codec_model, "latents_512": make_model(1)}
    done = run_loop(nodes.code_variants(speech, MANIFEST, codecs, ways(), SWEEP, INLINE, {}))
    assert set(done.records) == {
        f"{variant}.{system}.a" for variant in codecs for system in ("encoder_only", "bpgan")
    }
    assert done.table["error"].isna().all()
    assert (done.table["bits"] > 0).all()
    assert done.table["log_mel_distance"].notna().all()
    changed = codecs | {"latents_512": make_model(2)}

    def not_again() -> Any:
        raise AssertionError("loaded again")

    gone = dict.fromkeys("abctu", not_again)
    again = run_loop(
        nodes.code_variants(gone, MANIFEST, changed, ways(), SWEEP, INLINE, done.records)
    )
    failed = again.table[again.table["error"].notna()]
    assert set(failed["variant"]) == {"latents_512"}


def test_traces_fall_and_are_of_validation_speech(
    codec_model: CodecModel, log_mel: dict[str, Any], run_loop: Callable[..., Any]
) -> None:
    done = run_loop(nodes.trace_searches(log_mel, MANIFEST, codec_model, ways(), SWEEP, INLINE, {}))
    assert set(done.records) == {"encoder_only.c", "bpgan.c"}
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


def sweep_log() -> pd.DataFrame:
    rows = []
    for variant, bits in (("levels_16", 4000), ("levels_2", 1000), ("latents_128", 900)):
        for system in ("encoder_only", "bpgan"):
            for seconds in (1.0, 3.0):
                row = {"variant": variant, "system": system, "bits": bits, "seconds": seconds}
                rows.append(row | dict.fromkeys(METRICS, 2.0 + seconds) | {"error": None})
    return pd.DataFrame(rows)


def test_a_point_is_the_bits_of_all_files_over_their_seconds() -> None:
    points = figures.tabulate_sweep(sweep_log())
    levels = points[points["sweep"] == "levels"]
    assert levels["setting"].tolist() == [2, 2, 16, 16]
    row = levels[(levels["setting"] == 16) & (levels["system"] == "BPGAN")].iloc[0]
    assert (row["kbit_s"], row["pesq_raw"], row["utterances"]) == (2.0, 4.0, 2)


def test_each_search_is_a_line_of_its_own() -> None:
    plotted = figures.plot_sweep(figures.tabulate_sweep(sweep_log()))
    assert set(plotted) == {
        f"{sweep}_{measure}" for sweep in figures.SWEEPS for measure in figures.SWEEP_MEASURES
    }
    legend = plotted["levels_pesq_raw"].axes[0].get_legend()
    assert legend is not None
    assert {text.get_text() for text in legend.get_texts()} == {"Encoder only", "BPGAN"}
