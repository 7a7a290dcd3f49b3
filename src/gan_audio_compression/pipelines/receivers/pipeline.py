"""The pipeline of the receivers: a waveform head, and what it and Griffin-Lim are worth."""

from kedro.pipeline import Node, Pipeline

from gan_audio_compression.pipelines.receivers import nodes


def create_pipeline() -> Pipeline:
    """Return the pipeline."""
    return Pipeline(
        [
            Node(
                nodes.train_head,
                inputs=[
                    "speech",
                    "utterance_manifest",
                    "sequence_model",
                    "params:head_training",
                    "head_checkpoints",
                ],
                outputs=["waveform_head", "head_history"],
                name="train_head",
            ),
            Node(
                nodes.score_receivers,
                inputs=[
                    "speech",
                    "utterance_manifest",
                    "sequence_model",
                    "waveform_head",
                    "params:receivers",
                    "params:compute",
                    "receiver_scores_so_far",
                ],
                outputs=["receiver_scores"],
                name="score_receivers",
            ),
            Node(
                nodes.tabulate_receivers,
                inputs="receiver_scores",
                outputs=["receiver_table", "receiver_summary"],
                name="tabulate_receivers",
            ),
        ]
    )
