"""Trains a phone recogniser on labelled speech, a few minutes of it or a few hours."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from gan_audio_compression.evaluation.phones.augmentation import augmented
from gan_audio_compression.evaluation.phones.errors import NoLabelledSpeechError
from gan_audio_compression.evaluation.phones.features import log_mel
from gan_audio_compression.evaluation.phones.labelled_speech import (
    LabelledSpeech,
    frame_states,
    log_bigram,
    log_priors,
    phone_class,
)
from gan_audio_compression.evaluation.phones.network import STATES, PhoneNetwork
from gan_audio_compression.evaluation.phones.recogniser import PhoneRecogniser

_BATCH_UTTERANCES = 8
_LEARNING_RATE = 3e-3
_WARM_UP = 0.2
_LABEL_SMOOTHING = 0.1

Example = tuple[Tensor, Tensor]
"""Log mel power [frames, bands] of an utterance, and its states [frames]."""


@dataclass(frozen=True)
class RecogniserConfig:
    """How a recogniser is trained.

    Attributes:
        seed: of the first weights, the order and the variants of the utterances.
        steps: of gradient descent, 8 utterances each.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    seed: int = 0
    steps: int = 350

    def __post_init__(self) -> None:
        if self.steps < 1:
            raise ValueError("A recogniser is trained for at least 1 step.")


def train_recogniser(
    utterances: Sequence[LabelledSpeech], config: RecogniserConfig
) -> PhoneRecogniser:
    """Return a recogniser of the phones in `utterances`, the same for the same seed.

    It learns the state of every frame, by cross-entropy on ever new variants of the utterances.

    Raises:
        NoLabelledSpeechError: there is no utterance, or one without samples or labels.
    """
    _check(utterances)
    classes = sorted({phone_class(segment) for u in utterances for segment in u.phones})
    features = [log_mel(torch.from_numpy(utterance.speech)) for utterance in utterances]
    targets = [
        frame_states(utterance.phones, classes, len(frames))
        for utterance, frames in zip(utterances, features, strict=True)
    ]
    examples = list(zip(features, targets, strict=True))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        network = PhoneNetwork(len(classes))
        _fit(network, examples, config)
    return PhoneRecogniser(
        tuple(classes),
        network.eval(),
        log_priors(targets, len(classes) * STATES),
        log_bigram(utterances, classes),
    )


def _check(utterances: Sequence[LabelledSpeech]) -> None:
    if not utterances:
        raise NoLabelledSpeechError(
            "There is no labelled speech to train a phone recogniser on;"
            " give a corpus with .PHN files beside its recordings, as TIMIT has them."
        )
    for number, utterance in enumerate(utterances):
        if not (len(utterance.speech) and utterance.phones):
            raise NoLabelledSpeechError(
                f"Labelled utterance {number} has {len(utterance.speech)} samples and"
                f" {len(utterance.phones)} phones; leave it out."
            )


def _fit(network: PhoneNetwork, examples: Sequence[Example], config: RecogniserConfig) -> None:
    optimiser = torch.optim.AdamW(network.parameters(), _LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: _share_of_rate((step + 1) / (config.steps + 1))
    )
    variants = _variants(examples, torch.Generator().manual_seed(config.seed))
    for _ in range(config.steps):
        batch = [next(variants) for _ in range(_BATCH_UTTERANCES)]
        # One after the other, as if one speech: nothing is padded, and the seams are silence.
        logits = network(torch.cat([features for features, _ in batch]))
        states = torch.cat([states for _, states in batch])
        loss = functional.cross_entropy(logits, states, label_smoothing=_LABEL_SMOOTHING)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()


def _share_of_rate(progress: float) -> float:
    """Up in a straight line, then down as half a cosine."""
    decay = max(0.0, (progress - _WARM_UP) / (1 - _WARM_UP))
    return min(progress / _WARM_UP, (1 + math.cos(math.pi * decay)) / 2)


def _variants(examples: Sequence[Example], generator: torch.Generator) -> Iterator[Example]:
    """All utterances in random order, again and again, each time another variant."""
    while True:
        for place in torch.randperm(len(examples), generator=generator).tolist():
            features, states = examples[place]
            yield augmented(features, states, generator)
