"""The speech of a training, as the trainings of both codecs take it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.errors import GanAudioCompressionError

LoadLogMel = Callable[[], NDArray[np.float32]]
"""Gives one utterance's log mel [frames, 128]."""

Utterances = Mapping[str, tuple[int, LoadLogMel]]
"""For each utterance its number of frames and what loads its log mel."""


class TrainingDataError(GanAudioCompressionError):
    """There is nothing to train on."""


@dataclass(frozen=True)
class TrainingSpeech:
    """The speech of a training run.

    Attributes:
        train: to learn from.
        validation: to watch progress on.
        digest: of the speech, as one string.
    """

    train: Utterances
    validation: Utterances
    digest: str
