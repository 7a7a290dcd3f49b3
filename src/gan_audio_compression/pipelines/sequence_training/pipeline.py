"""The pipeline of the sequence codec's training: varied speech, the codec, its last network."""

from kedro.pipeline import Node, Pipeline

from gan_audio_compression.pipelines.sequence_training import nodes

_START = ("params:sequence_start", "params:training_processes")


def create_pipeline() -> Pipeline:
    """Return the pipeline."""
    return Pipeline(
        [
            Node(
                nodes.vary_training_speech,
                inputs=[
                    "speech",
                    "utterance_manifest",
                    "params:variation",
                    "params:compute",
                    "variations_log_so_far",
                ],
                outputs=["varied_log_mel", "variations_log"],
                name="vary_training_speech",
            ),
            Node(
                nodes.train_sequence_codec,
                inputs=[
                    "log_mel",
                    "utterance_manifest",
                    "varied_log_mel",
                    "variations_log",
                    *_START,
                    "params:sequence_training",
                    "sequence_checkpoints",
                ],
                outputs=["sequence_networks", "sequence_history"],
                name="train_sequence_codec",
            ),
            Node(
                nodes.train_magnitude_network,
                inputs=[
                    "sequence_networks",
                    "speech",
                    "utterance_manifest",
                    *_START,
                    "params:magnitude_training",
                    "magnitude_checkpoints",
                ],
                outputs=["sequence_model", "magnitude_history"],
                name="train_magnitude_network",
            ),
        ]
    )
