"""The pipeline of the listening test: conditions, utterances, stimuli, the page."""

from kedro.pipeline import Node, Pipeline

from gan_audio_compression.pipelines.listening_test import nodes


def create_pipeline() -> Pipeline:
    """Return the pipeline."""
    common = {
        "manifest": "utterance_manifest",
        "parameters": "params:listening_test",
        "scores_log": "scores_log",
    }
    return Pipeline(
        [
            Node(
                nodes.choose_conditions,
                inputs=common | {"bench": "params:bench"},
                outputs=["listening_conditions", "listening_absent"],
                name="choose_conditions",
            ),
            Node(
                nodes.choose_items,
                inputs=common | {"conditions": "listening_conditions"},
                outputs="listening_items",
                name="choose_items",
            ),
            Node(
                nodes.prepare_test,
                inputs=common
                | {
                    "speech": "speech",
                    "reconstructed_speech": "reconstructed_speech",
                    "conditions": "listening_conditions",
                    "absent": "listening_absent",
                    "items": "listening_items",
                },
                outputs=["listening_test", "listening_stimuli"],
                name="prepare_test",
            ),
            Node(
                nodes.write_page,
                inputs=["listening_test", "listening_stimuli"],
                outputs="listening_page",
                name="write_page",
            ),
        ]
    )
