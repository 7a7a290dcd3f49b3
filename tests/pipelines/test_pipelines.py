"""How the pipelines hang together, and what they ask for from outside."""

import pytest
from kedro.framework.project import configure_project
from kedro.pipeline import Pipeline

from gan_audio_compression.pipeline_registry import register_pipelines
from gan_audio_compression.pipelines.rate_distortion.pipeline import LATENT_VARIANTS
from gan_audio_compression.pipelines.systems import (
    BASELINES,
    BENCH,
    CEILINGS,
    DEFAULT,
    EXTERNAL,
    SYSTEMS,
    TRANSFORM,
)

SCORED = [*SYSTEMS, *BASELINES, *CEILINGS]


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
        "rate_distortion",
        "default_codec",
        "ablations",
        "receivers",
        "evaluation",
        "listening_test",
        "listening_results",
        "search_study",
    }


def test_the_whole_needs_only_speech_parameters_and_its_own_past(
    pipelines: dict[str, Pipeline],
) -> None:
    parameters = {"params:corpus", "params:training", "params:compute", "params:evaluation"}
    parameters |= {"params:phone_recogniser", "params:sweep", "params:variant_training"}
    parameters |= {f"params:{system}.coding" for system in SYSTEMS}
    parameters |= {f"params:{system}.codec" for system in BASELINES}
    parameters |= {f"params:{variant}.latent_channels" for variant in LATENT_VARIANTS}
    parameters |= {"params:sequence_start", "params:sequence_training"}
    past = {"utterance_manifest_so_far", "checkpoints"}
    past |= {"variations_so_far", "sequence_checkpoints"}
    past |= {"sweep_log_so_far", "search_traces_so_far"}
    past |= {f"{variant}.checkpoints" for variant in LATENT_VARIANTS}
    past |= {f"{system}.coding_log_so_far" for system in BASELINES}
    past |= {f"{system}.search_log_so_far" for system in SYSTEMS}
    past |= {f"{system}.reconstruction_log_so_far" for system in SYSTEMS}
    past |= {f"{system}.scores_so_far" for system in SCORED}
    raw = {"speech_corpus", "listening_ratings"}
    assert pipelines["__default__"].inputs() == raw | parameters | past


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


@pytest.mark.parametrize("family", [SYSTEMS, EXTERNAL, TRANSFORM, LATENT_VARIANTS, DEFAULT])
def test_instances_differ_only_in_their_parameters(
    pipelines: dict[str, Pipeline], family: tuple[str, ...]
) -> None:
    def shape(namespace: str) -> list[tuple[str, ...]]:
        nodes = pipelines["__default__"].only_nodes_with_namespaces([namespace]).nodes
        return sorted(
            tuple(
                name.replace(f"{namespace}.", "*.")
                for name in [node.name, *node.inputs, *node.outputs]
            )
            for node in nodes
        )

    assert shape(family[0])
    assert [shape(namespace) for namespace in family[1:]] == [shape(family[0])] * (len(family) - 1)


def test_the_table_has_every_system_once() -> None:
    keys = [system.key for system in BENCH]
    assert sorted(keys) == sorted(SCORED)
    assert len({system.label for system in BENCH}) == len(BENCH)


@pytest.mark.parametrize("system", BASELINES)
def test_another_codec_gets_speech_and_nothing_of_our_codec(
    pipelines: dict[str, Pipeline], system: str
) -> None:
    alone = pipelines["evaluation"].only_nodes_with_namespaces([system])
    assert not {name for name in alone.inputs() if "codec_model" in name or "log_mel" in name}


def test_the_codec_over_time_is_trained_on_speech_alone(pipelines: dict[str, Pipeline]) -> None:
    inputs = {name for name in pipelines["default_codec"].inputs() if "params" not in name}
    past = {"variations_so_far", "sequence_checkpoints"}
    assert inputs == {"speech", "log_mel", "utterance_manifest"} | past


def test_training_sees_no_file_and_no_score(pipelines: dict[str, Pipeline]) -> None:
    assert pipelines["training"].inputs() == {
        "log_mel",
        "utterance_manifest",
        "params:training",
        "checkpoints",
    }


def test_a_listening_test_is_prepared_by_its_name_alone(pipelines: dict[str, Pipeline]) -> None:
    """A run of everything must not change a test that listeners are taking."""
    assert not set(pipelines["listening_test"].nodes) & set(pipelines["__default__"].nodes)


def test_no_pipeline_writes_ratings(pipelines: dict[str, Pipeline]) -> None:
    for pipeline in pipelines.values():
        assert "listening_ratings" not in pipeline.outputs()


def test_the_results_of_listeners_are_a_part_of_evaluation(
    pipelines: dict[str, Pipeline],
) -> None:
    results = pipelines["listening_results"]
    assert set(results.nodes) <= set(pipelines["evaluation"].nodes)
    changed = pipelines["evaluation"].from_inputs("listening_ratings")
    drawn_of_scores_alone = {"plot_rate_distortion"}
    assert {node.name for node in changed.nodes} - drawn_of_scores_alone <= {
        node.name for node in results.nodes
    }
    assert {"codec_comparison", "bench_report", "mushra_summary"} <= results.all_outputs()


def test_ablations_are_run_by_their_name_alone(pipelines: dict[str, Pipeline]) -> None:
    alone = set(pipelines["ablations"].nodes)
    assert alone
    assert not alone & set(pipelines["__default__"].nodes)
    made_by_others = {"speech", "log_mel", "utterance_manifest", "varied_log_mel", "variations"}
    own = {"ablation_files", "ablation_checkpoints", "ablation_scores_so_far"}
    inputs = {name for name in pipelines["ablations"].inputs() if "params" not in name}
    assert inputs == made_by_others | own


def test_receivers_are_compared_by_their_name_alone(pipelines: dict[str, Pipeline]) -> None:
    alone = set(pipelines["receivers"].nodes)
    assert alone
    assert not alone & set(pipelines["__default__"].nodes)
    made_by_others = {"speech", "utterance_manifest", "sequence_model"}
    own = {"head_checkpoints", "receiver_scores_so_far"}
    inputs = {name for name in pipelines["receivers"].inputs() if "params" not in name}
    assert inputs == made_by_others | own


def test_the_study_of_searches_is_run_by_its_name_alone(pipelines: dict[str, Pipeline]) -> None:
    alone = set(pipelines["search_study"].nodes)
    assert alone
    assert not alone & set(pipelines["__default__"].nodes)
    inputs = {name for name in pipelines["search_study"].inputs() if "params" not in name}
    labelled = {"speech", "utterance_manifest", "phone_labels", "phone_recognisers"}
    assert inputs == labelled | {"search_trials_so_far"}
