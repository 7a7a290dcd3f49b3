"""Ablations: each variant changes what it says, and the table has the means of each."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from omegaconf import OmegaConf
from pydantic import ValidationError

from gan_audio_compression.pipelines.ablations import nodes
from gan_audio_compression.pipelines.ablations.parameters import Ablation, AblationParameters
from gan_audio_compression.pipelines.measures import MeasureParameters
from gan_audio_compression.pipelines.training_parameters import SequenceTrainingParameters
from tests.pipelines.engines import INLINE
from tests.pipelines.toys import TOY_MEASURE

OURS = Path(__file__).resolve().parents[3] / "conf" / "base" / "parameters_ablations.yml"


def parameters(**variants: dict[str, Any]) -> AblationParameters:
    return AblationParameters.model_validate(
        {
            "bitrates": (1500, 3000),
            "seconds": 1,
            "training": {"schedule": {"epochs": 1}},
            "variants": variants,
        }
    )


MEASURES = MeasureParameters.model_validate([TOY_MEASURE])
ABLATIONS: dict[str, dict[str, Any]] = {
    "wide": {"label": "wider", "training": {"networks": {"width": 12}}},
    "plain": {"label": "plain", "varied": False},
}


def loader(value: Any) -> Any:
    return lambda: value


@pytest.fixture(scope="module")
def models(
    sequence_speech: dict[str, Any],
    sequence_training: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Any]:
    def train(name: str, speech: dict[str, Any]) -> dict[str, Any]:
        folder = tmp_path_factory.mktemp("checkpoints")
        (trained,) = nodes.train_ablations(
            **speech,
            training=sequence_training,
            parameters=parameters(**{name: ABLATIONS[name]}),
            checkpoints=folder,
        )
        return trained

    closed = {"s": partial(pytest.fail, "varied speech was opened")}
    return train("wide", sequence_speech) | train("plain", sequence_speech | {"shards": closed})


def test_each_codec_differs_in_what_its_variant_says(models: dict[str, Any]) -> None:
    assert models["wide"].networks.width == 12
    assert models["plain"].networks.width == 8
    assert models["wide"].networks.prior_width == models["plain"].networks.prior_width


def test_one_goes_on_from_another(
    sequence_speech: dict[str, Any], sequence_training: dict[str, Any], tmp_path: Path
) -> None:
    variants = parameters(
        a={"label": "a", "training": {"networks": {"width": 12}}}, b={"label": "b", "start": "a"}
    )
    yields = nodes.train_ablations(
        **sequence_speech, training=sequence_training, parameters=variants, checkpoints=tmp_path
    )
    models = {name: model for each in yields for name, model in each.items()}
    assert models["b"].networks.width == 12
    assert models["b"].digest != models["a"].digest


def test_one_that_goes_on_from_a_later_one_is_refused() -> None:
    with pytest.raises(ValidationError, match="a starts from b, which is not trained before it"):
        parameters(a={"label": "a", "start": "b"}, b={"label": "b"})


def test_the_table_has_a_row_for_each_codec_and_rate(
    models: dict[str, Any], sequence_speech: dict[str, Any], make_speech: Any, run_loop: Any
) -> None:
    compute = INLINE
    speech = {"b": loader(make_speech(20_000, 1))}
    opened = {name: loader(model) for name, model in models.items()}
    manifest = sequence_speech["manifest"]
    loop = run_loop(
        nodes.score_ablations(speech, manifest, opened, parameters(), MEASURES, compute, {})
    )
    assert loop.table["error"].isna().all()
    table, markdown = nodes.tabulate_ablations(loop.table, parameters(**ABLATIONS), MEASURES)
    assert table[["bitrate", "ablation", "utterances"]].to_numpy().tolist() == [
        [1500, "plain", 1],
        [1500, "wider", 1],
        [3000, "plain", 1],
        [3000, "wider", 1],
    ]
    assert (table["file_kbit_s"] <= table["bitrate"] / 1000).all()
    assert len(markdown.splitlines()) == 6
    assert markdown.count("|") == 6 * (len(MEASURES.metrics()) + 5)


def test_ours_change_what_there_is() -> None:
    ours = OmegaConf.to_object(OmegaConf.load(OURS).ablations)
    for variant in AblationParameters.model_validate(ours).variants.values():
        SequenceTrainingParameters.model_validate(variant.training)


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(ValidationError, match="trainng"):
        Ablation.model_validate({"label": "x", "trainng": {}})
