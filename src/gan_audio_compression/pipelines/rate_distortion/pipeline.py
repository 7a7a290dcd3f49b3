"""The pipeline of the sweeps: variants of the segment codec, coded with each search."""

from kedro.pipeline import Node, Pipeline

from gan_audio_compression.pipelines.rate_distortion import nodes


def create_pipeline() -> Pipeline:
    """Return the pipeline: variants, their files' rates and scores, and the searches' traces."""
    return _variants() + _code() + _traces()


def _variants() -> Pipeline:
    return Pipeline(
        [
            Node(
                nodes.fit_level_variants,
                inputs=["segment_model", "log_mel", "utterance_manifest", "params:sweep"],
                outputs="level_variants",
                name="fit_level_variants",
            ),
            Node(
                nodes.train_latent_variants,
                inputs=[
                    "log_mel",
                    "utterance_manifest",
                    "params:variant_training",
                    "params:sweep",
                    "variant_checkpoints",
                ],
                outputs="latent_variants",
                name="train_latent_variants",
            ),
        ]
    )


def _code() -> Pipeline:
    return Pipeline(
        [
            Node(
                nodes.code_variants,
                inputs=[
                    "speech",
                    "utterance_manifest",
                    "level_variants",
                    "latent_variants",
                    "params:bench",
                    "params:measures",
                    "params:sweep",
                    "params:compute",
                    "sweep_log_so_far",
                ],
                outputs=["sweep_log"],
                name="code_variants",
            ),
            Node(
                nodes.tabulate_sweep,
                inputs=["sweep_log", "params:bench", "params:measures"],
                outputs="sweep_points_table",
                name="tabulate_sweep",
            ),
            Node(
                nodes.plot_sweep,
                inputs=["sweep_points_table", "params:bench", "params:measures", "params:sweep"],
                outputs="sweep_figures",
                name="plot_sweep",
            ),
        ]
    )


def _traces() -> Pipeline:
    return Pipeline(
        [
            Node(
                nodes.trace_searches,
                inputs=[
                    "log_mel",
                    "utterance_manifest",
                    "segment_model",
                    "params:bench",
                    "params:sweep",
                    "params:compute",
                    "search_traces_log_so_far",
                ],
                outputs=["search_traces_log"],
                name="trace_searches",
            ),
            Node(
                nodes.average_traces,
                inputs="search_traces_log",
                outputs="search_objective_table",
                name="average_traces",
            ),
            Node(
                nodes.plot_objective,
                inputs=["search_objective_table", "params:bench"],
                outputs="figure_search_objective",
                name="plot_objective",
            ),
        ]
    )
