"""The pipeline of evaluation: the scores of each system, then tables and figures."""

from collections.abc import Callable
from typing import Any

from kedro.pipeline import Node, Pipeline

from gan_audio_compression.pipelines.evaluation import nodes
from gan_audio_compression.pipelines.systems import SYSTEMS


def create_pipeline() -> Pipeline:
    """Return the pipeline."""
    scoring = dict.fromkeys(SYSTEMS, _score_system())
    scoring["original"] = _score_ceiling(nodes.score_original)
    scoring["no_codec"] = _score_ceiling(nodes.score_synthesis)
    instances = [
        Pipeline(
            pipeline,
            namespace=system,
            inputs={"speech", "utterance_manifest"},
            parameters={"params:compute"},
        )
        for system, pipeline in scoring.items()
    ]
    return sum(instances, start=_compare() + _plot())


def _score_system() -> Pipeline:
    return Pipeline(
        [
            Node(
                nodes.score_system,
                inputs=[
                    "speech",
                    "reconstructed_speech",
                    "search_log",
                    "reconstruction_log",
                    "utterance_manifest",
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
                inputs=["speech", "utterance_manifest", "params:compute", "scores_so_far"],
                outputs=["scores"],
                name="score_ceiling",
            )
        ]
    )


def _compare() -> Pipeline:
    return Pipeline(
        [
            Node(
                nodes.join_scores,
                inputs={"manifest": "utterance_manifest"}
                | {system: f"{system}.scores" for system in nodes.SYSTEM_NAMES},
                outputs="utterance_scores",
                name="join_scores",
            ),
            Node(
                nodes.compare_codecs,
                inputs=["utterance_scores", "params:evaluation"],
                outputs=[
                    "codec_comparison",
                    "validation_comparison",
                    "comparison_report",
                    "comparison_means",
                ],
                name="compare_codecs",
            ),
        ]
    )


def _plot() -> Pipeline:
    return Pipeline(
        [
            Node(
                nodes.plot_original_mel,
                inputs=["log_mel", "bpgan.search_log"],
                outputs="figure_06_mel",
                name="plot_original_mel",
            ),
            Node(
                nodes.plot_generated_mel,
                inputs=["bpgan.reconstructed_mel", "bpgan.search_log"],
                outputs="figure_07_generated_mel",
                name="plot_generated_mel",
            ),
            Node(
                nodes.plot_spectrogram_pair,
                inputs=[
                    "speech",
                    "bpgan.reconstructed_speech",
                    "bpgan.search_log",
                    "utterance_manifest",
                ],
                outputs="figure_08_spectrograms",
                name="plot_spectrogram_pair",
            ),
        ]
    )
