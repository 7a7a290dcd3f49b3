"""Ablations: each file changes what it says, and the table has the means of each."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from omegaconf import OmegaConf
from pydantic import ValidationError

from gan_audio_compression.evaluation.metrics import METRICS
from gan_audio_compression.pipelines.ablations import nodes
from gan_audio_compression.pipelines.ablations.parameters import Ablation, AblationParameters
from gan_audio_compression.pipelines.default_codec.parameters import SequenceTrainingParameters
from gan_audio_compression.pipelines.loops import ComputeParameters

FILES = Path(__file__).resolve().parents[3] / "conf" / "ablations"
TRAINING: dict[str, Any] = {
    "networks": {
        "width": 8,
        "encoder_blocks": 1,
        "generator_blocks": 1,
        "latent_channels": 2,
        "prior_width": 4,
    },
    "schedule": {"epochs": 90, "batch": 2, "steps_per_epoch": 1},
    "frames": 16,
    "runtime": {"validation_segments": 2},
}
PARAMETERS = AblationParameters(
    bitrates=(1500, 3000), seconds=1, training={"schedule": {"epochs": 1}}
)
ABLATIONS = {
    "wide": {"label": "wider", "training": {"networks": {"width": 12}}},
    "plain": {"label": "plain", "varied": False},
}
MANIFEST = pd.DataFrame(
    {
        "id": ["a", "b"],
        "key": ["ka", "kb"],
        "split": ["train", "validation"],
        "error": [None] * 2,
        "frames": [60.0, 126.0],
        "level_code": [52, 60],
    }
)


def loader(value: Any) -> Any:
    return lambda: value


def refuse() -> Any:
    raise AssertionError("an ablation without varied speech may not look at it")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    draw = np.random.default_rng(0)
    log_mel = {
        id: loader(-10 * draw.random((frames, 128), dtype=np.float32))
        for id, frames in (("a", 60), ("b", 126))
    }
    variations = pd.DataFrame({"id": ["a"], "key": ["k"], "frames": [50], "error": [None]})

    def train(files: dict[str, Any], varied: dict[str, Any]) -> dict[str, Any]:
        trained: dict[str, Any] = {}
        for part in nodes.train_ablations(
            log_mel,
            MANIFEST,
            varied,
            variations,
            files,
            TRAINING,
            PARAMETERS,
            tmp_path_factory.mktemp("checkpoints"),
        ):
            trained |= part
        return trained

    files = {name: loader(values) for name, values in ABLATIONS.items()}
    return train({"wide": files["wide"]}, {"a": log_mel["a"]}) | train(
        {"plain": files["plain"]}, {"a": refuse}
    )


def test_each_codec_differs_in_what_its_file_says(models: dict[str, Any]) -> None:
    assert models["wide"].networks.width == 12
    assert models["plain"].networks.width == 8
    assert models["wide"].networks.prior_width == models["plain"].networks.prior_width


def test_the_table_has_a_row_for_each_codec_and_rate(
    models: dict[str, Any], make_speech: Any, run_loop: Any
) -> None:
    compute = ComputeParameters(executor="inline", workers=1)
    speech = {"b": loader(make_speech(20_000, 1))}
    opened = {name: loader(model) for name, model in models.items()}
    loop = run_loop(nodes.score_ablations(speech, MANIFEST, opened, PARAMETERS, compute, {}))
    assert loop.table["error"].isna().all()
    files = {name: loader(values) for name, values in ABLATIONS.items()}
    table, markdown = nodes.tabulate_ablations(loop.table, files)
    assert table[["bitrate", "codec", "utterances"]].to_numpy().tolist() == [
        [1500, "plain", 1],
        [1500, "wider", 1],
        [3000, "plain", 1],
        [3000, "wider", 1],
    ]
    assert (table["file_kbit_s"] <= table["bitrate"] / 1000).all()
    assert len(markdown.splitlines()) == 6
    assert markdown.count("|") == 6 * (len(METRICS) + 5)


@pytest.mark.parametrize("path", sorted(FILES.glob("*.yml")), ids=lambda path: path.stem)
def test_the_files_change_what_there_is(path: Path) -> None:
    ablation = Ablation.model_validate(OmegaConf.to_object(OmegaConf.load(path)))
    SequenceTrainingParameters.model_validate(ablation.training)
    assert ablation.label


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(ValidationError, match="trainng"):
        Ablation.model_validate({"label": "x", "trainng": {}})
