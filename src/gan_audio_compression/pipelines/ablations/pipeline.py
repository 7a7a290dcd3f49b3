"""The pipeline of the ablations: codecs that differ in one part, trained alike, and their table."""

from kedro.pipeline import Node, Pipeline

from gan_audio_compression.pipelines.ablations import nodes


def create_pipeline() -> Pipeline:
    """Return the pipeline."""
    return Pipeline(
        [
            Node(
                nodes.train_ablations,
                inputs=[
                    "log_mel",
                    "utterance_manifest",
                    "training_shards",
                    "training_shards_log",
                    "params:sequence_training",
                    "params:ablations",
                    "ablations_checkpoints",
                ],
                outputs="ablation_models",
                name="train_ablations",
            ),
            Node(
                nodes.score_ablations,
                inputs=[
                    "speech",
                    "utterance_manifest",
                    "ablation_models",
                    "params:ablations",
                    "params:measures",
                    "params:compute",
                    "ablations_log_so_far",
                ],
                outputs=["ablations_log"],
                name="score_ablations",
            ),
            Node(
                nodes.tabulate_ablations,
                inputs=["ablations_log", "params:ablations", "params:measures"],
                outputs=["ablations_table", "ablations_summary"],
                name="tabulate_ablations",
            ),
        ]
    )
