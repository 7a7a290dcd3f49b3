"""The speech of a training, as the trainings of both codecs take it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.errors import GanAudioCompressionError

LogMel = NDArray[np.float32]

Utterances = Mapping[str, tuple[int, Callable[[], LogMel]]]
"""For each utterance its number of frames and what loads its log mel [frames, 128]."""


class TrainingDataError(GanAudioCompressionError):
    """There is nothing to train on."""


@dataclass(frozen=True)
class Shard:
    """Some utterances that are loaded together, such as those of one file.

    Attributes:
        frames: of each utterance, by its name.
        load: gives their log mels [frames, 128], by name.
    """

    frames: Mapping[str, int]
    load: Callable[[], Mapping[str, LogMel]]


@dataclass(frozen=True)
class TrainingSpeech:
    """The speech of a training run.

    Attributes:
        train: to learn from.
        validation: to watch progress on.
        digest: of the speech, as one string.
    """

    train: Sequence[Shard]
    validation: Utterances
    digest: str


def shards_of(utterances: Utterances) -> list[Shard]:
    """Return a shard for each utterance, where each is loaded by itself."""
    return [
        Shard({name: frames}, partial(_load, name, load))
        for name, (frames, load) in utterances.items()
    ]


def _load(name: str, load: Callable[[], LogMel]) -> dict[str, LogMel]:
    return {name: load()}
