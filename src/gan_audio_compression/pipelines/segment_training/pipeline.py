"""The pipeline of the segment codec's training."""

from kedro.pipeline import Node, Pipeline

from gan_audio_compression.pipelines.segment_training import nodes

_SPEECH = [
    "log_mel",
    "utterance_manifest",
    "params:segment_start",
    "params:segment_training",
    "params:training_processes",
    "segment_checkpoints",
]
"""What both stages learn from, and how."""


def create_pipeline() -> Pipeline:
    """Return the pipeline: the GAN stage, the encoder stage, their curves."""
    return Pipeline(
        [
            Node(
                nodes.train_gan,
                inputs=_SPEECH,
                outputs=["gan_model", "gan_history"],
                name="train_gan",
            ),
            Node(
                nodes.train_encoder,
                inputs=["gan_model", *_SPEECH],
                outputs=["segment_model", "encoder_history"],
                name="train_encoder",
            ),
            Node(
                nodes.join_histories,
                inputs=["gan_history", "encoder_history"],
                outputs="segment_history",
                name="join_histories",
            ),
            Node(
                nodes.plot_square_error,
                inputs="segment_history",
                outputs="figure_09_square_error",
                name="plot_square_error",
            ),
            Node(
                nodes.plot_discriminator_losses,
                inputs="segment_history",
                outputs="figure_10_discriminator_losses",
                name="plot_discriminator_losses",
            ),
        ]
    )
