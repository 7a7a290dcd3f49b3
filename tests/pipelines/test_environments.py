"""Every environment of `conf` has parameters that the nodes accept."""

from pathlib import Path
from typing import Any

import pytest
from kedro.config import OmegaConfigLoader
from pydantic import ValidationError

from gan_audio_compression.bench.entries import Bench, open_codecs
from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.compute.parameters import ComputeParameters
from gan_audio_compression.evaluation.metrics import OWN_MEASURES
from gan_audio_compression.networks.segment.config import ImageConfig, with_latents
from gan_audio_compression.pipelines.ablations.parameters import AblationParameters
from gan_audio_compression.pipelines.bench import systems_of
from gan_audio_compression.pipelines.data_preparation.parameters import CorpusParameters
from gan_audio_compression.pipelines.evaluation.parameters import (
    EvaluationParameters,
    RecogniserParameters,
)
from gan_audio_compression.pipelines.listening_test.parameters import ListeningTestParameters
from gan_audio_compression.pipelines.measures import MeasureParameters
from gan_audio_compression.pipelines.rate_distortion.parameters import SweepParameters
from gan_audio_compression.pipelines.search_study.parameters import SearchStudyParameters
from gan_audio_compression.pipelines.sequence_training.parameters import VariationParameters
from gan_audio_compression.pipelines.training_parameters import (
    LiveTrainingParameters,
    MagnitudeTrainingParameters,
    SegmentTrainingParameters,
    SequenceTrainingParameters,
)
from gan_audio_compression.pipelines.training_start import LiveStartParameters, StartParameters
from gan_audio_compression.settings import CONFIG_LOADER_ARGS
from gan_audio_compression.training.config import AdversarialConfig
from gan_audio_compression.training.segment.config import LossWeights

CONF = Path(__file__).resolve().parents[2] / "conf"
ENVIRONMENTS = sorted({path.name for path in CONF.iterdir() if path.is_dir()} - {"local"})


def parameters(environment: str) -> dict[str, Any]:
    loader = OmegaConfigLoader(str(CONF), env=environment, **CONFIG_LOADER_ARGS)
    loaded: dict[str, Any] = loader["parameters"]
    return loaded


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_parameters_are_valid_and_all_are_known(environment: str) -> None:
    values = parameters(environment)
    ComputeParameters.model_validate(values.pop("compute"))
    CorpusParameters.model_validate(values.pop("corpus"))
    evaluation = EvaluationParameters.model_validate(values.pop("evaluation"))
    SegmentTrainingParameters.model_validate(values.pop("segment_training"))
    StartParameters.model_validate(values.pop("segment_start"))
    variant = SegmentTrainingParameters.model_validate(values.pop("variant_training")).root
    sweep = SweepParameters.model_validate(values.pop("sweep"))
    RecogniserParameters.model_validate(values.pop("phone_recogniser"))
    SequenceTrainingParameters.model_validate(values.pop("sequence_training"))
    MagnitudeTrainingParameters.model_validate(values.pop("magnitude_training"))
    LiveTrainingParameters.model_validate(values.pop("live_training"))
    StartParameters.model_validate(values.pop("sequence_start"))
    LiveStartParameters.model_validate(values.pop("live_start"))
    VariationParameters.model_validate(values.pop("variation"))
    AblationParameters.model_validate(values.pop("ablations"))
    listening = ListeningTestParameters.model_validate(values.pop("listening_test"))
    SearchStudyParameters.model_validate(values.pop("search_study"))
    MeasureParameters.model_validate(values.pop("measures"))
    assert values.pop("training_processes") == 1
    assert set(values.pop("tracking")["codecs"]) == {"segment_model", "sequence_model"}
    bench = Bench.model_validate(values.pop("bench"))
    for latents in sweep.latents:
        networks = with_latents(variant.networks, latents)
        assert networks.positions * networks.columns == latents
    assert values == {}
    known = {system.key for system in systems_of(bench)}
    assert {evaluation.reference, *evaluation.spectrograms, *evaluation.closing} <= known
    assert {*sweep.systems, *listening.codecs, listening.codec_anchor} <= known


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_codec_of_the_bench_opens_and_is_what_the_tables_say(
    environment: str, segment_model: SegmentModel, sequence_model: SequenceModel
) -> None:
    bench = Bench.model_validate(parameters(environment)["bench"])
    models = {"segment_model": segment_model, "sequence_model": sequence_model}
    codecs = open_codecs(bench, models | {"transform_model": "fitted later"})
    labels = list(bench.labels().values())
    assert len(set(labels)) == len(labels)
    for key, codec in codecs.items():
        bitrate = getattr(codec, "bitrate", None)
        if bitrate is not None:
            assert bitrate / 1000 == bench.root[key].nominal_kbit_s, key


def test_an_environment_searches_as_it_says() -> None:
    efforts, iterations = {}, {}
    for environment in ENVIRONMENTS:
        bench = parameters(environment)["bench"]
        efforts[environment] = bench["sequence_2k_searched"]["codec"]["effort"]
        search = bench["bpgan_perceptual"]["codec"]["search"]
        iterations[environment] = search["iterations"]
        assert (search["strategy"], search["objective"]) == ("admm", "perceptual")
    assert efforts["base"] == 1 and efforts["timit"] == 5
    expected = {"base": 20, "test": 5, "timit": 100, "paper": 250}
    assert {name: iterations[name] for name in expected} == expected


def test_the_measures_are_those_of_the_tool() -> None:
    opened = MeasureParameters.model_validate(parameters("base")["measures"]).opened()
    assert opened == OWN_MEASURES


def test_the_paper_environment_has_the_papers_figures() -> None:
    values = parameters("paper")
    training = SegmentTrainingParameters.model_validate(values["segment_training"]).root
    assert values["segment_start"]["model"] is None
    assert training.gan.schedule.epochs == 160
    assert training.networks == ImageConfig(width=64, latent_channels=8)
    assert training.levels == 16
    assert training.gan.adversarial == AdversarialConfig(1.0, 10.0, width=64, scales=3, layers=3)
    assert training.loss == LossWeights(mse=10.0, distortion=0.0)


def test_each_environment_writes_to_a_folder_of_its_own() -> None:
    folders = []
    for environment in ENVIRONMENTS:
        loader = OmegaConfigLoader(str(CONF), env=environment, **CONFIG_LOADER_ARGS)
        folders.append(loader["globals"]["data"])
    assert len(set(folders)) == len(ENVIRONMENTS)


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [("gan", "epochs", 3), ("networks", "width", 0), ("loss", "mse", -1.0)],
)
def test_unknown_keys_and_bad_values_are_refused_by_name(
    section: str, key: str, value: int
) -> None:
    values = parameters("base")["segment_training"]
    values[section] = {**values[section], key: value}
    with pytest.raises(ValidationError, match=key):
        SegmentTrainingParameters.model_validate(values)


def test_the_model_that_ships_is_not_trained_on_timit() -> None:
    values = parameters("shipped")
    assert values["corpus"]["left_out_of_training"] == ["timit"]
    assert values["sequence_start"]["model"] is values["segment_start"]["model"] is None
