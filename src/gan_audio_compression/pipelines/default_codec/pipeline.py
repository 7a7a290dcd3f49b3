"""The pipeline of the codec over time: training, files and speech at several rates, their table."""

from kedro.pipeline import Node, Pipeline

from gan_audio_compression.pipelines.default_codec import nodes
from gan_audio_compression.pipelines.evaluation.pipeline import ORIGINALS, code_and_score


def create_pipeline() -> Pipeline:
    """Return the pipeline."""
    coding = code_and_score(nodes.open_sequence, ["sequence_model"])
    shared = {*ORIGINALS, "sequence_model"}
    instances = [
        Pipeline(coding, namespace=system.key, inputs=shared, parameters={"params:compute"})
        for system in nodes.SYSTEMS
    ]
    return sum(instances, start=_train_and_compare())


def _train_and_compare() -> Pipeline:
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
                    "params:sequence_training",
                    "sequence_checkpoints",
                ],
                outputs=["sequence_model", "sequence_history"],
                name="train_codec",
            ),
            Node(
                nodes.compare,
                inputs={"manifest": "utterance_manifest", "parameters": "params:evaluation"}
                | {system.key: f"{system.key}.scores" for system in nodes.SYSTEMS},
                outputs="sequence_comparison",
                name="compare_rates",
            ),
        ]
    )
