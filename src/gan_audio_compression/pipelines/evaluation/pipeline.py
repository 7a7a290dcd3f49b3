"""The pipeline of evaluation: scores of every codec of the bench, tables, figures, the report."""

from kedro.pipeline import Node, Pipeline

from gan_audio_compression.pipelines.evaluation.nodes import (
    figures,
    listening,
    recogniser,
    report,
    scores,
    tables,
)

LISTENING_RESULTS = "listening_results"
"""Tag of the nodes that ratings of listeners change."""

_ORIGINALS = {
    "speech": "speech",
    "manifest": "utterance_manifest",
    "labels": "phone_labels",
    "recognisers": "phone_recognisers",
    "measures": "params:measures",
    "compute": "params:compute",
}
"""What decoded speech is compared with, and how."""

_BENCH = {
    "bench": "params:bench",
    "measures": "params:measures",
    "parameters": "params:evaluation",
}
"""Which systems there are, and how they are shown."""


def create_pipeline() -> Pipeline:
    """Return the pipeline."""
    return _score() + _listen() + _compare() + _plot() + _report()


def _score() -> Pipeline:
    return Pipeline(
        [
            Node(
                recogniser.train_phone_recogniser,
                inputs=["speech", "phone_labels", "utterance_manifest", "params:phone_recogniser"],
                outputs="phone_recognisers",
                name="train_phone_recogniser",
            ),
            Node(
                scores.score_codecs,
                inputs=_ORIGINALS
                | {
                    "reconstructed_speech": "reconstructed_speech",
                    "coding_log": "coding_log",
                    "reconstruction_log": "reconstruction_log",
                    "scores_log_so_far": "scores_log_so_far",
                },
                outputs=["scores_log"],
                name="score_codecs",
            ),
            Node(
                scores.score_ceilings,
                inputs=_ORIGINALS | {"ceilings_log_so_far": "ceilings_log_so_far"},
                outputs=["ceilings_log"],
                name="score_ceilings",
            ),
        ]
    )


def _listen() -> Pipeline:
    """Return what becomes of the ratings of a listening test."""
    return Pipeline(
        [
            Node(
                listening.screen_ratings,
                inputs=["listening_ratings", "speech", "reconstructed_speech"],
                outputs=["listener_screening_table", "mushra_ratings", "outdated_conditions"],
                name="screen_ratings",
            ),
            Node(
                listening.estimate_scores,
                inputs="mushra_ratings",
                outputs=["mushra_scores_table", "mushra_utterance_scores_table"],
                name="estimate_scores",
            ),
            Node(
                listening.compare_scores,
                inputs=[
                    "mushra_ratings",
                    "listener_screening_table",
                    "mushra_scores_table",
                    "outdated_conditions",
                ],
                outputs=["mushra_differences_table", "mushra_summary", "mushra_means"],
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
                tables.join_scores,
                inputs={
                    "scores": "scores_log",
                    "ceilings": "ceilings_log",
                    "manifest": "utterance_manifest",
                    "bench": "params:bench",
                    "measures": "params:measures",
                },
                outputs="utterance_scores",
                name="join_scores",
            ),
            Node(
                tables.compare_codecs,
                inputs=_BENCH | {"scores": "utterance_scores", "mushra": "mushra_scores_table"},
                outputs=[
                    "codec_comparison_table",
                    "codec_comparison",
                    "validation_comparison_table",
                    "codec_comparison_summary",
                    "comparison_means",
                ],
                name="compare_codecs",
                tags=LISTENING_RESULTS,
            ),
            Node(
                tables.compare_groups,
                inputs=_BENCH | {"scores": "utterance_scores"},
                outputs=["group_comparison_table", "paired_differences_table"],
                name="compare_groups",
            ),
        ]
    )


def _plot() -> Pipeline:
    example = {"coding_log": "coding_log", "parameters": "params:evaluation"}
    return Pipeline(
        [
            Node(
                figures.plot_original_mel,
                inputs=example | {"log_mel": "log_mel"},
                outputs="figure_06_mel",
                name="plot_original_mel",
            ),
            Node(
                figures.plot_generated_mel,
                inputs=example | {"reconstructed_mel": "reconstructed_mel"},
                outputs="figure_07_generated_mel",
                name="plot_generated_mel",
            ),
            Node(
                figures.plot_spectrogram_pair,
                inputs=example
                | {
                    "speech": "speech",
                    "reconstructed_speech": "reconstructed_speech",
                    "manifest": "utterance_manifest",
                },
                outputs="figure_08_spectrograms",
                name="plot_spectrogram_pair",
            ),
            Node(
                figures.plot_rate_distortion,
                inputs=["codec_comparison", "params:bench", "params:measures"],
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
                    "reconstructed_speech": "reconstructed_speech",
                    "scores": "utterance_scores",
                    "manifest": "utterance_manifest",
                    "bench": "params:bench",
                    "parameters": "params:evaluation",
                },
                outputs="examples",
                name="gather_examples",
            ),
            Node(
                report.gather_provenance,
                inputs=["coding_log", "params:bench"],
                outputs="provenance",
                name="gather_provenance",
            ),
            Node(
                report.write_report,
                inputs=_BENCH
                | {
                    "comparison": "codec_comparison",
                    "validation": "validation_comparison_table",
                    "groups": "group_comparison_table",
                    "paired": "paired_differences_table",
                    "sweep_points": "sweep_points_table",
                    "search_objective": "search_objective_table",
                    "examples": "examples",
                    "provenance": "provenance",
                    "manifest": "utterance_manifest",
                },
                outputs="bench_report",
                name="write_report",
            ),
        ],
        tags=LISTENING_RESULTS,
    )
