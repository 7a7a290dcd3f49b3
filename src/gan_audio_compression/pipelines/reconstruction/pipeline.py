"""The pipeline of reconstruction: one instance for each system."""

from kedro.pipeline import Node, Pipeline

from gan_audio_compression.pipelines.reconstruction.nodes import reconstruct_utterances
from gan_audio_compression.pipelines.systems import SYSTEMS


def create_pipeline() -> Pipeline:
    """Return the pipeline: each system's decoding."""
    reconstruct = Pipeline(
        [
            Node(
                reconstruct_utterances,
                inputs=["bitstreams", "codec_model", "params:compute", "reconstruction_log_so_far"],
                outputs=["reconstructed_mel", "reconstructed_speech", "reconstruction_log"],
                name="reconstruct_utterances",
            )
        ]
    )
    instances = [
        Pipeline(
            reconstruct,
            namespace=system,
            inputs={"codec_model"},
            parameters={"params:compute"},
        )
        for system in SYSTEMS
    ]
    return sum(instances, start=Pipeline([]))
