"""The pipeline of the codec over time: varied speech, and training on it."""

from kedro.pipeline import Node, Pipeline

from gan_audio_compression.pipelines.default_codec import nodes


def create_pipeline() -> Pipeline:
    """Return the pipeline."""
    return Pipeline(
        [
            Node(
                nodes.vary_training_speech,
                inputs=[
                    "speech",
                    "utterance_manifest",
                    "params:compute",
                    "variations_so_far",
                ],
                outputs=["varied_log_mel", "variations"],
                name="vary_training_speech",
            ),
            Node(
                nodes.train_codec,
                inputs=[
                    "log_mel",
                    "utterance_manifest",
                    "varied_log_mel",
                    "variations",
                    "params:sequence_start",
                    "params:sequence_training",
                    "sequence_checkpoints",
                ],
                outputs=["sequence_model", "sequence_history"],
                name="train_codec",
            ),
        ]
    )
