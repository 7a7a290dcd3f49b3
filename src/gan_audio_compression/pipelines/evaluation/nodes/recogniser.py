"""The node that trains the phone recogniser."""

import logging

import pandas as pd

from gan_audio_compression.corpus.phones import PhoneSegment, is_read_by_all
from gan_audio_compression.evaluation.phones.labelled_speech import LabelledSpeech
from gan_audio_compression.evaluation.phones.recogniser import PhoneRecogniser
from gan_audio_compression.evaluation.phones.scoring import Labels
from gan_audio_compression.evaluation.phones.training import train_recogniser
from gan_audio_compression.pipelines.evaluation.parameters import RecogniserParameters
from gan_audio_compression.pipelines.loops import Partitions, usable

logger = logging.getLogger(__name__)


def train_phone_recogniser(
    speech: Partitions, labels: Labels, manifest: pd.DataFrame, parameters: RecogniserParameters
) -> dict[str, PhoneRecogniser]:
    """Train on the original speech of the training split; give none where nothing is labelled."""
    rows = usable(manifest)
    training = sorted(rows.loc[rows["split"] == "train", "id"])
    chosen = [id for id in training if id in labels and not is_read_by_all(id)]
    if not chosen:
        logger.info("No training speech has phone labels, so no phone error rate is measured.")
        return {}
    utterances = [
        LabelledSpeech(speech[id](), [PhoneSegment(*segment) for segment in labels[id]])
        for id in chosen
    ]
    return {"recogniser": train_recogniser(utterances, parameters.root)}
