"""How the pipelines hang together, and what they ask for from outside."""

import pytest
from kedro.framework.project import configure_project
from kedro.pipeline import Pipeline

from gan_audio_compression.pipeline_registry import register_pipelines
from gan_audio_compression.pipelines.systems import SYSTEMS

SCORED = [*SYSTEMS, "original", "no_codec"]


@pytest.fixture(scope="module")
def pipelines() -> dict[str, Pipeline]:
    configure_project("gan_audio_compression")
    return register_pipelines()


def test_every_pipeline_is_registered(pipelines: dict[str, Pipeline]) -> None:
    assert set(pipelines) == {
        "__default__",
        "data_preparation",
        "training",
        "compression",
        "reconstruction",
        "evaluation",
    }


def test_the_whole_needs_only_speech_parameters_and_its_own_past(
    pipelines: dict[str, Pipeline],
) -> None:
    parameters = {"params:corpus", "params:training", "params:compute", "params:evaluation"}
    parameters |= {f"params:{system}.coding" for system in SYSTEMS}
    past = {"utterance_manifest_so_far", "checkpoints"}
    past |= {f"{system}.search_log_so_far" for system in SYSTEMS}
    past |= {f"{system}.reconstruction_log_so_far" for system in SYSTEMS}
    past |= {f"{system}.scores_so_far" for system in SCORED}
    assert pipelines["__default__"].inputs() == {"speech_corpus"} | parameters | past


def test_the_receiver_sees_files_and_the_model_and_nothing_else(
    pipelines: dict[str, Pipeline],
) -> None:
    received = {f"{system}.bitstreams" for system in SYSTEMS}
    past = {f"{system}.reconstruction_log_so_far" for system in SYSTEMS}
    expected = {"codec_model", "params:compute"} | received | past
    assert pipelines["reconstruction"].inputs() == expected


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_system_decodes_only_its_own_files(pipelines: dict[str, Pipeline], system: str) -> None:
    alone = pipelines["reconstruction"].only_nodes_with_namespaces([system])
    assert alone.inputs() == {
        f"{system}.bitstreams",
        f"{system}.reconstruction_log_so_far",
        "codec_model",
        "params:compute",
    }


def test_systems_differ_only_in_their_parameters(pipelines: dict[str, Pipeline]) -> None:
    def shape(system: str) -> list[tuple[str, ...]]:
        nodes = pipelines["__default__"].only_nodes_with_namespaces([system]).nodes
        return sorted(
            tuple(name.replace(system, "*") for name in [node.name, *node.inputs, *node.outputs])
            for node in nodes
        )

    assert len(shape(SYSTEMS[0])) == 3
    assert [shape(system) for system in SYSTEMS[1:]] == [shape(SYSTEMS[0])] * (len(SYSTEMS) - 1)


def test_training_sees_no_file_and_no_score(pipelines: dict[str, Pipeline]) -> None:
    assert pipelines["training"].inputs() == {
        "log_mel",
        "utterance_manifest",
        "params:training",
        "checkpoints",
    }
