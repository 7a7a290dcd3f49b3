"""The pipeline of evaluation: the codecs of the bench, scores, tables, figures, the report."""

from collections.abc import Callable, Iterable
from typing import Any

from kedro.pipeline import Node, Pipeline

from gan_audio_compression.pipelines.evaluation.nodes import (
    baselines,
    figures,
    listening,
    phones,
    report,
    scores,
    tables,
)
from gan_audio_compression.pipelines.systems import (
    BASELINES,
    BENCH,
    DEFAULT,
    EXTERNAL,
    SYSTEMS,
    TRANSFORM,
)

_ORIGINALS = ["speech", "utterance_manifest", "phone_labels", "phone_recognisers"]
"""What decoded speech is compared with."""

LISTENING_RESULTS = "listening_results"
"""Tag of the nodes that ratings of listeners change."""


def create_pipeline() -> Pipeline:
    """Return the pipeline."""
    external = _code_and_score(baselines.open_external, [])
    transform = _code_and_score(baselines.open_transform, ["transform_model"])
    default = _code_and_score(baselines.open_default, ["sequence_model"])
    return sum(
        [
            _models(),
            *_instances(external, EXTERNAL),
            *_instances(transform, TRANSFORM),
            *_instances(default, DEFAULT),
            *_instances(_score_system(), SYSTEMS),
            *_instances(_score_ceiling(scores.score_original), ["original"]),
            *_instances(_score_ceiling(scores.score_narrow_band), ["narrow_band"]),
            *_instances(_score_ceiling(scores.score_synthesis), ["no_codec"]),
            _listen(),
            _compare(),
            _plot(),
            _report(),
        ],
        start=Pipeline([]),
    )


def _instances(pipeline: Pipeline, systems: Iterable[str]) -> list[Pipeline]:
    shared = {*_ORIGINALS, "transform_model", "sequence_model"} & pipeline.inputs()
    return [
        Pipeline(pipeline, namespace=system, inputs=shared, parameters={"params:compute"})
        for system in systems
    ]


def _models() -> Pipeline:
    """Return what evaluation itself learns from the training speech."""
    return Pipeline(
        [
            Node(
                baselines.fit_transform_model,
                inputs=["log_mel", "utterance_manifest"],
                outputs="transform_model",
                name="fit_transform_model",
            ),
            Node(
                phones.train_phone_recogniser,
                inputs=["speech", "phone_labels", "utterance_manifest", "params:phone_recogniser"],
                outputs="phone_recognisers",
                name="train_phone_recogniser",
            ),
        ]
    )


def _code_and_score(open_codec: Callable[..., Any], models: list[str]) -> Pipeline:
    """Return one codec of the bench, from its parameters to its scores."""
    return Pipeline(
        [
            Node(
                open_codec,
                inputs=[*models, "params:codec"],
                outputs="codec",
                name="open_codec",
            ),
            Node(
                baselines.code_utterances,
                inputs=[
                    "speech",
                    "utterance_manifest",
                    "codec",
                    "params:compute",
                    "coding_log_so_far",
                ],
                outputs=["coded_files", "reconstructed_speech", "coding_log"],
                name="code_utterances",
            ),
            Node(
                scores.score_baseline,
                inputs=[
                    *_ORIGINALS,
                    "reconstructed_speech",
                    "coding_log",
                    "params:compute",
                    "scores_so_far",
                ],
                outputs=["scores"],
                name="score_baseline",
            ),
        ]
    )


def _score_system() -> Pipeline:
    return Pipeline(
        [
            Node(
                scores.score_system,
                inputs=[
                    *_ORIGINALS,
                    "reconstructed_speech",
                    "search_log",
                    "reconstruction_log",
                    "params:compute",
                    "scores_so_far",
                ],
                outputs=["scores"],
                name="score_system",
            )
        ]
    )


def _score_ceiling(function: Callable[..., Any]) -> Pipeline:
    return Pipeline(
        [
            Node(
                function,
                inputs=[*_ORIGINALS, "params:compute", "scores_so_far"],
                outputs=["scores"],
                name="score_ceiling",
            )
        ]
    )


def _listen() -> Pipeline:
    """Return what becomes of the ratings of a listening test."""
    return Pipeline(
        [
            Node(
                listening.screen_ratings,
                inputs={"ratings": "listening_ratings", "speech": "speech"}
                | {system: f"{system}.reconstructed_speech" for system in (*SYSTEMS, *BASELINES)},
                outputs=["listener_screening", "mushra_ratings", "outdated_conditions"],
                name="screen_ratings",
            ),
            Node(
                listening.estimate_scores,
                inputs="mushra_ratings",
                outputs=["mushra_scores", "mushra_utterance_scores"],
                name="estimate_scores",
            ),
            Node(
                listening.compare_scores,
                inputs=[
                    "mushra_ratings",
                    "listener_screening",
                    "mushra_scores",
                    "outdated_conditions",
                ],
                outputs=["mushra_differences", "mushra_summary", "mushra_means"],
                name="compare_scores",
            ),
            Node(
                listening.plot_scores,
                inputs="mushra_ratings",
                outputs="figure_mushra",
                name="plot_scores",
            ),
        ],
        tags=LISTENING_RESULTS,
    )


def _compare() -> Pipeline:
    return Pipeline(
        [
            Node(
                tables.join_bench,
                inputs={"manifest": "utterance_manifest"}
                | {system.key: f"{system.key}.scores" for system in BENCH},
                outputs="utterance_scores",
                name="join_scores",
            ),
            Node(
                tables.compare_codecs,
                inputs=["utterance_scores", "mushra_scores", "params:evaluation"],
                outputs=[
                    "codec_comparison",
                    "codec_comparison_table",
                    "validation_comparison",
                    "comparison_summary",
                    "comparison_means",
                ],
                name="compare_codecs",
                tags=LISTENING_RESULTS,
            ),
            Node(
                tables.compare_groups,
                inputs=["utterance_scores", "params:evaluation"],
                outputs=["group_comparison", "paired_differences"],
                name="compare_groups",
            ),
        ]
    )


def _plot() -> Pipeline:
    return Pipeline(
        [
            Node(
                figures.plot_original_mel,
                inputs=["log_mel", "bpgan.search_log"],
                outputs="figure_06_mel",
                name="plot_original_mel",
            ),
            Node(
                figures.plot_generated_mel,
                inputs=["bpgan.reconstructed_mel", "bpgan.search_log"],
                outputs="figure_07_generated_mel",
                name="plot_generated_mel",
            ),
            Node(
                figures.plot_spectrogram_pair,
                inputs=[
                    "speech",
                    "bpgan.reconstructed_speech",
                    "bpgan.search_log",
                    "utterance_manifest",
                ],
                outputs="figure_08_spectrograms",
                name="plot_spectrogram_pair",
            ),
            Node(
                figures.plot_rate_distortion,
                inputs="codec_comparison_table",
                outputs={
                    measure: f"figure_rate_distortion_{measure}"
                    for measure in figures.RATE_DISTORTION_MEASURES
                },
                name="plot_rate_distortion",
            ),
        ]
    )


def _report() -> Pipeline:
    return Pipeline(
        [
            Node(
                report.gather_examples,
                inputs={
                    "speech": "speech",
                    "scores": "utterance_scores",
                    "manifest": "utterance_manifest",
                    "parameters": "params:evaluation",
                }
                | {system: f"{system}.reconstructed_speech" for system in (*SYSTEMS, *BASELINES)},
                outputs="examples",
                name="gather_examples",
                tags=LISTENING_RESULTS,
            ),
            Node(
                report.gather_provenance,
                inputs={"codec_model": "codec_model"}
                | {system: f"{system}.coding_log" for system in BASELINES},
                outputs="provenance",
                name="gather_provenance",
                tags=LISTENING_RESULTS,
            ),
            Node(
                report.write_report,
                inputs={
                    "comparison": "codec_comparison_table",
                    "validation": "validation_comparison",
                    "groups": "group_comparison",
                    "paired": "paired_differences",
                    "sweep_points": "sweep_points",
                    "search_objective": "search_objective",
                    "examples": "examples",
                    "provenance": "provenance",
                    "manifest": "utterance_manifest",
                    "parameters": "params:evaluation",
                },
                outputs="bench_report",
                name="write_report",
                tags=LISTENING_RESULTS,
            ),
        ]
    )
