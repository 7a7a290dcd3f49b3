"""The pipeline of data preparation."""

from kedro.pipeline import Node, Pipeline

from gan_audio_compression.pipelines.data_preparation.nodes import (
    list_utterances,
    prepare_utterances,
    read_phone_labels,
    tabulate_dialects,
)


def create_pipeline() -> Pipeline:
    """Return the pipeline: list, prepare, tabulate."""
    return Pipeline(
        [
            Node(
                list_utterances,
                inputs=["speech_corpus", "params:corpus"],
                outputs="utterance_list",
                name="list_utterances",
            ),
            Node(
                prepare_utterances,
                inputs=[
                    "speech_corpus",
                    "utterance_list",
                    "params:corpus",
                    "params:compute",
                    "utterance_manifest_so_far",
                ],
                outputs=["speech", "log_mel", "utterance_manifest"],
                name="prepare_utterances",
            ),
            Node(
                read_phone_labels,
                inputs=["speech_corpus", "utterance_list"],
                outputs="phone_labels",
                name="read_phone_labels",
            ),
            Node(
                tabulate_dialects,
                inputs="utterance_manifest",
                outputs="dialect_distribution_table",
                name="tabulate_dialects",
            ),
        ]
    )
