"""Every environment of `conf` has parameters that the nodes accept."""

from pathlib import Path
from typing import Any

import pytest
from kedro.config import OmegaConfigLoader
from pydantic import ValidationError

from gan_audio_compression.pipelines.ablations.parameters import AblationParameters
from gan_audio_compression.pipelines.compression.parameters import CodingParameters
from gan_audio_compression.pipelines.data_preparation.parameters import CorpusParameters
from gan_audio_compression.pipelines.default_codec.parameters import (
    SequenceTrainingParameters,
    StartParameters,
)
from gan_audio_compression.pipelines.evaluation.parameters import (
    EvaluationParameters,
    ExternalCodecParameters,
    RateParameters,
    RecogniserParameters,
    SearchedRateParameters,
)
from gan_audio_compression.pipelines.listening_test.parameters import ListeningTestParameters
from gan_audio_compression.pipelines.loops import ComputeParameters
from gan_audio_compression.pipelines.rate_distortion.parameters import SweepParameters
from gan_audio_compression.pipelines.rate_distortion.pipeline import LATENT_VARIANTS
from gan_audio_compression.pipelines.receivers.parameters import (
    HeadTrainingParameters,
    ReceiverParameters,
)
from gan_audio_compression.pipelines.search_study.parameters import SearchStudyParameters
from gan_audio_compression.pipelines.systems import BENCH, DEFAULT, EXTERNAL, SYSTEMS, TRANSFORM
from gan_audio_compression.pipelines.training.parameters import TrainingParameters
from gan_audio_compression.settings import CONFIG_LOADER_ARGS

CONF = Path(__file__).resolve().parents[2] / "conf"
# A folder of ablations lies beside the environments.
ENVIRONMENTS = sorted(
    {path.name for path in CONF.iterdir() if path.is_dir()} - {"local", "ablations"}
)


def parameters(environment: str) -> dict[str, Any]:
    loader = OmegaConfigLoader(str(CONF), env=environment, **CONFIG_LOADER_ARGS)
    loaded: dict[str, Any] = loader["parameters"]
    return loaded


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_parameters_are_valid_and_all_are_known(environment: str) -> None:
    values = parameters(environment)
    ComputeParameters.model_validate(values.pop("compute"))
    CorpusParameters.model_validate(values.pop("corpus"))
    EvaluationParameters.model_validate(values.pop("evaluation"))
    TrainingParameters.model_validate(values.pop("training"))
    TrainingParameters.model_validate(values.pop("variant_training"))
    SweepParameters.model_validate(values.pop("sweep"))
    RecogniserParameters.model_validate(values.pop("phone_recogniser"))
    SequenceTrainingParameters.model_validate(values.pop("sequence_training"))
    StartParameters.model_validate(values.pop("sequence_start"))
    AblationParameters.model_validate(values.pop("ablations"))
    HeadTrainingParameters.model_validate(values.pop("head_training"))
    ReceiverParameters.model_validate(values.pop("receivers"))
    ListeningTestParameters.model_validate(values.pop("listening_test"))
    SearchStudyParameters.model_validate(values.pop("search_study"))
    for variant in LATENT_VARIANTS:
        assert 64 * values.pop(variant)["latent_channels"] == int(variant.partition("_")[2])
    for system in DEFAULT:
        SearchedRateParameters.model_validate(values.pop(system)["codec"])
    for system in TRANSFORM:
        RateParameters.model_validate(values.pop(system)["codec"])
    for system in EXTERNAL:
        ExternalCodecParameters.model_validate(values.pop(system)["codec"])
    for system in SYSTEMS:
        CodingParameters.model_validate(values.pop(system)["coding"])
    assert values == {}


def test_rates_are_what_the_tables_say() -> None:
    values = parameters("base")
    nominal = {system.key: system.nominal_kbit_s for system in BENCH}
    for system in EXTERNAL:
        codec = ExternalCodecParameters.model_validate(values[system]["codec"]).root
        assert codec.nominal_kbit_s == nominal[system], system
    for system in (*DEFAULT, *TRANSFORM):
        assert values[system]["codec"]["bitrate"] / 1000 == nominal[system]


def test_the_paper_environment_has_the_papers_figures() -> None:
    training = TrainingParameters.model_validate(parameters("paper")["training"]).root
    assert training.gan.schedule.epochs == 160
    assert training.networks.latent_channels * 8 * 8 == 512
    assert training.encoder.levels == 16
    assert training.networks.width == 64


def test_each_environment_writes_to_a_folder_of_its_own() -> None:
    folders = []
    for environment in ENVIRONMENTS:
        loader = OmegaConfigLoader(str(CONF), env=environment, **CONFIG_LOADER_ARGS)
        folders.append(loader["globals"]["data"])
    assert len(set(folders)) == len(ENVIRONMENTS)


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [("gan", "epochs", 3), ("networks", "width", 30), ("encoder", "levels", 1)],
)
def test_unknown_keys_and_bad_values_are_refused_by_name(
    section: str, key: str, value: int
) -> None:
    values = parameters("base")["training"]
    values[section] = {**values[section], key: value}
    with pytest.raises(ValidationError, match=key):
        TrainingParameters.model_validate(values)


def test_the_model_that_ships_is_not_trained_on_timit() -> None:
    values = parameters("shipped")
    assert values["corpus"]["left_out_of_training"] == ["timit"]
    assert values["sequence_start"]["model"] is None
