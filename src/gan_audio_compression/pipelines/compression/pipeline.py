"""The pipeline of compression: from speech to the files of every codec of the bench."""

from kedro.pipeline import Node, Pipeline

from gan_audio_compression.pipelines.bench import MODELS
from gan_audio_compression.pipelines.compression import nodes


def create_pipeline() -> Pipeline:
    """Return the pipeline: search, quantisation and coding, and what the searches reached."""
    return Pipeline(
        [
            Node(
                nodes.fit_transform_model,
                inputs=["log_mel", "utterance_manifest"],
                outputs="transform_model",
                name="fit_transform_model",
            ),
            Node(
                nodes.compress_utterances,
                inputs={
                    "speech": "speech",
                    "manifest": "utterance_manifest",
                    "bench": "params:bench",
                    "compute": "params:compute",
                    "coding_log_so_far": "coding_log_so_far",
                }
                | {model: model for model in MODELS},
                outputs=["coded_files", "coding_log"],
                name="compress_utterances",
            ),
            Node(
                nodes.summarise_searches,
                inputs="coding_log",
                outputs=["searches_table", "search_means"],
                name="summarise_searches",
            ),
        ]
    )
