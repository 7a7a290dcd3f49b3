"""How the pipelines hang together, and what they ask for from outside."""

from pathlib import Path

import pytest
from kedro.config import OmegaConfigLoader
from kedro.framework import project
from kedro.framework.project import configure_project
from kedro.io.catalog_config_resolver import CatalogConfigResolver
from kedro.pipeline import Pipeline

from gan_audio_compression.pipeline_registry import register_pipelines
from gan_audio_compression.settings import CONFIG_LOADER_ARGS

CONF = Path(__file__).resolve().parents[2] / "conf"


@pytest.fixture(scope="module")
def pipelines() -> dict[str, Pipeline]:
    configure_project("gan_audio_compression")
    return register_pipelines()


def test_every_pipeline_is_registered(pipelines: dict[str, Pipeline]) -> None:
    assert set(pipelines) == {
        "__default__",
        "data_preparation",
        "segment_training",
        "sequence_training",
        "live_training",
        "compression",
        "reconstruction",
        "evaluation",
        "rate_distortion",
        "ablations",
        "listening_test",
        "listening_results",
        "search_study",
    }


@pytest.mark.parametrize("name", ["segment_training", "listening_results"])
def test_a_run_may_ask_for_one_alone(name: str) -> None:
    configure_project("gan_audio_compression")
    project.pipelines.set_requested([name])
    assert project.pipelines[name].nodes


MODELS = {"segment_model", "sequence_model", "transform_model"}


def test_the_whole_needs_only_speech_parameters_and_its_own_past(
    pipelines: dict[str, Pipeline],
) -> None:
    names = {"corpus", "compute", "variation", "sequence_start", "sequence_training"}
    names |= {"magnitude_training", "segment_start", "segment_training", "training_processes"}
    names |= {"bench", "measures", "evaluation", "phone_recogniser", "sweep", "variant_training"}
    logs = {"training_shards", "coding", "reconstruction", "scores", "ceilings", "sweep"}
    past = {f"{log}_log_so_far" for log in logs | {"search_traces"}}
    past |= {"utterance_manifest_so_far", "segment_checkpoints", "sequence_checkpoints"}
    past |= {"magnitude_checkpoints", "variant_checkpoints"}
    raw = {"speech_corpus", "listening_ratings"}
    parameters = {f"params:{name}" for name in names}
    assert pipelines["__default__"].inputs() == raw | parameters | past


def test_the_receiver_sees_files_and_models_and_nothing_else(
    pipelines: dict[str, Pipeline],
) -> None:
    parameters = {"params:bench", "params:compute"}
    # The log only says which files there are, so that none is read to find that it is done.
    files = {"coded_files", "coding_log"}
    expected = files | {"reconstruction_log_so_far"} | MODELS | parameters
    assert pipelines["reconstruction"].inputs() == expected


def test_every_codec_goes_one_road(pipelines: dict[str, Pipeline]) -> None:
    """One node codes, one decodes and one scores, whatever the codec."""
    for name, node, made in [
        ("compression", "compress_utterances", "coded_files"),
        ("reconstruction", "reconstruct_utterances", "reconstructed_speech"),
        ("evaluation", "score_codecs", "scores_log"),
    ]:
        makers = [n.name for n in pipelines[name].nodes if made in n.outputs]
        assert makers == [f"{name}.{node}"]


def test_the_sequence_codec_is_trained_on_speech_alone(pipelines: dict[str, Pipeline]) -> None:
    inputs = {name for name in pipelines["sequence_training"].inputs() if "params" not in name}
    past = {"training_shards_log_so_far", "sequence_checkpoints", "magnitude_checkpoints"}
    assert inputs == {"speech", "log_mel", "utterance_manifest"} | past


def test_training_sees_no_file_and_no_score(pipelines: dict[str, Pipeline]) -> None:
    assert pipelines["segment_training"].inputs() == {
        "log_mel",
        "utterance_manifest",
        "params:segment_start",
        "params:segment_training",
        "params:training_processes",
        "segment_checkpoints",
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
    drawn_of_scores_alone = {"evaluation.plot_rate_distortion"}
    assert {node.name for node in changed.nodes} - drawn_of_scores_alone <= {
        node.name for node in results.nodes
    }
    assert {"codec_comparison", "bench_report", "mushra_summary"} <= results.all_outputs()


def test_ablations_are_run_by_their_name_alone(pipelines: dict[str, Pipeline]) -> None:
    alone = set(pipelines["ablations"].nodes)
    assert alone
    assert not alone & set(pipelines["__default__"].nodes)
    made_by_others = {"speech", "log_mel", "utterance_manifest"}
    made_by_others |= {"training_shards", "training_shards_log"}
    own = {"ablations_checkpoints", "ablations_log_so_far"}
    inputs = {name for name in pipelines["ablations"].inputs() if "params" not in name}
    assert inputs == made_by_others | own


def test_the_study_of_searches_is_run_by_its_name_alone(pipelines: dict[str, Pipeline]) -> None:
    alone = set(pipelines["search_study"].nodes)
    assert alone
    assert not alone & set(pipelines["__default__"].nodes)
    inputs = {name for name in pipelines["search_study"].inputs() if "params" not in name}
    labelled = {"speech", "utterance_manifest", "phone_labels", "phone_recognisers"}
    assert inputs == labelled | {"search_trials_log_so_far"}


def test_a_scheduler_may_run_each_pipeline_as_a_task(pipelines: dict[str, Pipeline]) -> None:
    """No two wait for each other, and what one hands to another is kept by the catalog."""
    tasks = {group.name: group for group in pipelines["__default__"].group_nodes_by("namespace")}
    assert tasks.keys() <= pipelines.keys()
    assert tasks["compression"].dependencies == [
        "data_preparation",
        "segment_training",
        "sequence_training",
    ]
    made = {name: pipelines[name].all_outputs() for name in tasks}
    catalog = OmegaConfigLoader(str(CONF), env="test", **CONFIG_LOADER_ARGS)["catalog"]
    resolver = CatalogConfigResolver(catalog)
    for name in tasks:
        for other in tasks.keys() - {name}:
            for handed in pipelines[name].inputs() & made[other]:
                assert handed in catalog or resolver.match_dataset_pattern(handed), handed
