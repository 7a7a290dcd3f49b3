"""The pipeline of the study of searches."""

from kedro.pipeline import Node, Pipeline

from gan_audio_compression.pipelines.search_study import nodes


def create_pipeline() -> Pipeline:
    """Return the pipeline: trials of each search, their table and figures."""
    return Pipeline(
        [
            Node(
                nodes.try_searches,
                inputs=[
                    "speech",
                    "utterance_manifest",
                    "phone_labels",
                    "phone_recognisers",
                    "params:search_study",
                    "params:measures",
                    "params:compute",
                    "search_trials_log_so_far",
                ],
                outputs=["search_trials_log"],
                name="try_searches",
            ),
            Node(
                nodes.tabulate_searches,
                inputs=["search_trials_log", "params:measures"],
                outputs="search_study_table",
                name="tabulate_searches",
            ),
            Node(
                nodes.plot_searches,
                inputs="search_study_table",
                outputs="search_study_figures",
                name="plot_searches",
            ),
        ]
    )
