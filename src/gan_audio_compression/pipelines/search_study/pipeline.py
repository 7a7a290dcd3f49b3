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
                    "params:compute",
                    "search_trials_so_far",
                ],
                outputs=["search_trials"],
                name="try_searches",
            ),
            Node(
                nodes.tabulate_searches,
                inputs="search_trials",
                outputs="search_table",
                name="tabulate_searches",
            ),
            Node(
                nodes.plot_searches,
                inputs="search_table",
                outputs="search_figures",
                name="plot_searches",
            ),
        ]
    )
