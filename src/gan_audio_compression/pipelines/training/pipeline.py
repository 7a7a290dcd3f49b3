"""The pipeline of training."""

from kedro.pipeline import Node, Pipeline

from gan_audio_compression.pipelines.training.nodes import (
    join_histories,
    plot_discriminator_losses,
    plot_square_error,
    train_encoder,
    train_gan,
)


def create_pipeline() -> Pipeline:
    """Return the pipeline: the GAN stage, the encoder stage, their curves."""
    return Pipeline(
        [
            Node(
                train_gan,
                inputs=["log_mel", "utterance_manifest", "params:training", "checkpoints"],
                outputs=["gan_model", "gan_history"],
                name="train_gan",
            ),
            Node(
                train_encoder,
                inputs=[
                    "gan_model",
                    "log_mel",
                    "utterance_manifest",
                    "params:training",
                    "checkpoints",
                ],
                outputs=["codec_model", "encoder_history"],
                name="train_encoder",
            ),
            Node(
                join_histories,
                inputs=["gan_history", "encoder_history"],
                outputs="training_history",
                name="join_histories",
            ),
            Node(
                plot_square_error,
                inputs="training_history",
                outputs="figure_09_square_error",
                name="plot_square_error",
            ),
            Node(
                plot_discriminator_losses,
                inputs="training_history",
                outputs="figure_10_discriminator_losses",
                name="plot_discriminator_losses",
            ),
        ]
    )
