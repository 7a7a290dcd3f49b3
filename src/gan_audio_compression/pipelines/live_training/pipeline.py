"""The pipeline of the live codec's training."""

from kedro.pipeline import Node, Pipeline

from gan_audio_compression.pipelines.live_training import nodes


def create_pipeline() -> Pipeline:
    """Return the pipeline."""
    return Pipeline(
        [
            Node(
                nodes.train_live_codec,
                inputs=[
                    "log_mel",
                    "utterance_manifest",
                    "training_shards",
                    "training_shards_log",
                    "sequence_model",
                    "params:live_start",
                    "params:training_processes",
                    "params:live_training",
                    "live_checkpoints",
                ],
                outputs=["live_model", "live_history"],
                name="train_live_codec",
            )
        ]
    )
