"""The node that trains the phone recogniser, and what scoring needs of it."""

import logging
from collections.abc import Mapping, Sequence

import pandas as pd

from gan_audio_compression.corpus.phones import PhoneSegment, fold_phones, is_read_by_all
from gan_audio_compression.evaluation.phones.labelled_speech import LabelledSpeech
from gan_audio_compression.evaluation.phones.recogniser import PhoneRecogniser
from gan_audio_compression.evaluation.phones.training import train_recogniser
from gan_audio_compression.pipelines.evaluation.parameters import RecogniserParameters
from gan_audio_compression.pipelines.loops import Partitions, usable

logger = logging.getLogger(__name__)

Labels = Mapping[str, Sequence[tuple[int, int, str]]]
"""Start, end and phone of each segment, by utterance; those without labels are left out."""


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


def the_recogniser(recognisers: Partitions) -> PhoneRecogniser | None:
    """Return the recogniser, None where there is none."""
    for load in recognisers.values():
        recogniser: PhoneRecogniser = load()
        return recogniser
    return None


def scored_phones(labels: Labels, id: str) -> tuple[str, ...] | None:
    """Return what is said in an utterance, of the 39 classes; None where nobody knows."""
    if id not in labels or is_read_by_all(id):
        return None
    return tuple(fold_phones(phone for _, _, phone in labels[id]))
