"""The pipeline of reconstruction: from the files of every codec of the bench to speech."""

from kedro.pipeline import Node, Pipeline

from gan_audio_compression.pipelines.bench import MODELS
from gan_audio_compression.pipelines.reconstruction.nodes import reconstruct_utterances


def create_pipeline() -> Pipeline:
    """Return the pipeline: decoding."""
    return Pipeline(
        [
            Node(
                reconstruct_utterances,
                inputs={
                    "coded_files": "coded_files",
                    "coding_log": "coding_log",
                    "bench": "params:bench",
                    "compute": "params:compute",
                    "reconstruction_log_so_far": "reconstruction_log_so_far",
                }
                | {model: model for model in MODELS},
                outputs=["reconstructed_mel", "reconstructed_speech", "reconstruction_log"],
                name="reconstruct_utterances",
            )
        ]
    )
