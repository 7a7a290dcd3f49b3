"""The pipeline of compression: one instance for each system."""

from kedro.pipeline import Node, Pipeline

from gan_audio_compression.pipelines.compression.nodes import (
    compress_utterances,
    join_search_logs,
)
from gan_audio_compression.pipelines.systems import SYSTEMS


def create_pipeline() -> Pipeline:
    """Return the pipeline: each system's search and coding, then all logs in one table."""
    compress = Pipeline(
        [
            Node(
                compress_utterances,
                inputs=[
                    "speech",
                    "utterance_manifest",
                    "codec_model",
                    "params:coding",
                    "params:compute",
                    "search_log_so_far",
                ],
                outputs=["bitstreams", "search_log"],
                name="compress_utterances",
            )
        ]
    )
    join = Node(
        join_search_logs,
        inputs={system: f"{system}.search_log" for system in SYSTEMS},
        outputs=["search_log", "search_summary", "search_means"],
        name="join_search_logs",
    )
    instances = [
        Pipeline(
            compress,
            namespace=system,
            inputs={"speech", "utterance_manifest", "codec_model"},
            parameters={"params:compute"},
        )
        for system in SYSTEMS
    ]
    return sum(instances, start=Pipeline([join]))
