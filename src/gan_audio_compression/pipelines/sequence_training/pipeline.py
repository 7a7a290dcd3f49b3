"""The pipeline of the sequence codec's training: shards of speech, the codec, its last network."""

from kedro.pipeline import Node, Pipeline

from gan_audio_compression.pipelines.sequence_training import nodes

_START = ("params:sequence_start", "params:training_processes")


def create_pipeline() -> Pipeline:
    """Return the pipeline."""
    return Pipeline(
        [
            Node(
                nodes.shard_training_speech,
                inputs=[
                    "speech",
                    "utterance_manifest",
                    "params:variation",
                    "params:compute",
                    "training_shards_log_so_far",
                ],
                outputs=["training_shards", "training_shards_log"],
                name="shard_training_speech",
            ),
            Node(
                nodes.train_sequence_codec,
                inputs=[
                    "log_mel",
                    "utterance_manifest",
                    "training_shards",
                    "training_shards_log",
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
