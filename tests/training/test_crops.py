"""Batches of crops: reproducible, drawn fairly, loaded ahead."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.training.crops import CropSampler
from gan_audio_compression.training.speech import TrainingDataError, Utterances

MakeUtterances = Callable[..., Utterances]


def first_frame(log_mel: NDArray[np.float32], rng: np.random.Generator) -> Tensor:
    """A crop of one frame, drawn anywhere."""
    return torch.from_numpy(log_mel[rng.integers(len(log_mel))])


def sampler(utterances: Utterances, batch: int = 4, seed: int = 1) -> CropSampler:
    return CropSampler(utterances, 128, batch, seed, first_frame)


def test_a_batch_depends_on_seed_and_step_alone(make_utterances: MakeUtterances) -> None:
    utterances = make_utterances([150, 300, 90])
    later = sampler(utterances).batch(7)
    reordered = dict(reversed(list(utterances.items())))
    assert torch.equal(sampler(reordered).batch(7), later)
    assert torch.equal(list(sampler(utterances).batches(5, 9))[2], later)
    assert not torch.equal(sampler(utterances).batch(8), later)
    assert not torch.equal(sampler(utterances, seed=2).batch(7), later)


def test_batches_end_where_asked(make_utterances: MakeUtterances) -> None:
    batches = list(sampler(make_utterances([150]), 2).batches(3, 6))
    assert [batch.shape for batch in batches] == [(2, 128)] * 3


def test_one_batch_is_loaded_ahead() -> None:
    loaded: list[int] = []

    def load() -> NDArray[np.float32]:
        loaded.append(1)
        return np.zeros((5, 128), np.float32)

    batches: Iterator[Tensor] = sampler({"a": (5, load)}, 1).batches(0, 10)
    next(batches)
    next(batches)
    assert 2 <= len(loaded) <= 3


def test_an_utterance_is_as_likely_as_it_is_long() -> None:
    frames = np.array([128, 256, 384, 232])
    utterances = {
        f"u{i}": (int(count), lambda i=i: np.full((1, 128), i, np.float32))
        for i, count in enumerate(frames)
    }
    drawn = sampler(utterances, 4000).batch(0)[:, 0]
    seen = np.bincount(drawn.int().numpy(), minlength=4)
    expected = 4000 * frames / frames.sum()
    assert ((seen - expected) ** 2 / expected).sum() < 16.3  # p = 0.001


def test_crops_that_fill_the_speech_are_counted(make_utterances: MakeUtterances) -> None:
    assert sampler(make_utterances([1, 128, 129])).segments == 4


def test_no_speech_is_one_sentence() -> None:
    with pytest.raises(TrainingDataError, match="no speech to train on"):
        sampler({})
