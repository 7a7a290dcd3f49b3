"""What the labels of speech say: the state of every frame, and which phones follow which."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.corpus.phones import FOLDING, PhoneSegment
from gan_audio_compression.evaluation.phones.features import HOP
from gan_audio_compression.evaluation.phones.network import STATES

_PRIOR_COUNT = 5.0
_UNIGRAM_COUNT = 0.5
_BIGRAM_COUNT = 4.0


@dataclass(frozen=True, eq=False)
class LabelledSpeech:
    """An original recording and its phones.

    Attributes:
        speech: mono samples [n], float32 at 16 kHz.
        phones: its segments in order of time, labelled with TIMIT's 61.
    """

    speech: NDArray[np.float32]
    phones: Sequence[PhoneSegment]


def phone_class(segment: PhoneSegment) -> str:
    """The phone that is learned: one of the 39, or the glottal stop, which only scoring omits."""
    return FOLDING.get(segment.phone, segment.phone)


def frame_states(segments: Sequence[PhoneSegment], classes: Sequence[str], frames: int) -> Tensor:
    """Return for each frame 3 * its phone's place in `classes` + the third of the phone, [frames].

    A frame between or outside the segments belongs to the nearest before it, else the first.
    """
    places = {phone: place for place, phone in enumerate(classes)}
    phones = np.array([places[phone_class(segment)] for segment in segments])
    starts = np.array([segment.start for segment in segments])
    lengths = np.array([segment.end - segment.start for segment in segments])
    centres = np.arange(frames) * HOP
    at = np.clip(np.searchsorted(starts, centres, side="right") - 1, 0, None)
    thirds = np.clip((centres - starts[at]) * STATES // lengths[at], 0, STATES - 1)
    return torch.from_numpy(phones[at] * STATES + thirds)


def log_priors(targets: Iterable[Tensor], states: int) -> Tensor:
    """Return the log share [states] of each state among all frames, smoothed."""
    counts = torch.bincount(torch.cat(list(targets)), minlength=states) + _PRIOR_COUNT
    return (counts / counts.sum()).log()


def log_bigram(utterances: Sequence[LabelledSpeech], classes: Sequence[str]) -> Tensor:
    """Return the log probability [classes, classes] that the second follows the first.

    Smoothed with the probability of the second alone.
    """
    places = {phone: place for place, phone in enumerate(classes)}
    pairs = torch.zeros(len(classes), len(classes))
    singles = torch.full((len(classes),), _UNIGRAM_COUNT)
    for utterance in utterances:
        sequence = torch.tensor([places[phone_class(segment)] for segment in utterance.phones])
        singles += torch.bincount(sequence, minlength=len(classes))
        pairs.index_put_((sequence[:-1], sequence[1:]), torch.ones(()), accumulate=True)
    smoothed = pairs + _BIGRAM_COUNT * singles / singles.sum()
    return (smoothed / smoothed.sum(1, keepdim=True)).log()
