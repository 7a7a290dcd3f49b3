"""The pipeline of a listening test's results, a part of evaluation under a name of its own."""

from kedro.pipeline import Pipeline

from gan_audio_compression.pipelines import evaluation
from gan_audio_compression.pipelines.evaluation.pipeline import LISTENING_RESULTS


def create_pipeline() -> Pipeline:
    """Return the nodes of evaluation that come after a rating."""
    return evaluation.create_pipeline().only_nodes_with_tags(LISTENING_RESULTS)
