"""Batches of crops: reproducible, drawn fairly, read ahead by shards, in little memory."""

import time
import weakref
from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_audio_compression.training.crops import CropSampler
from gan_audio_compression.training.speech import Shard, TrainingDataError, Utterances, shards_of
from gan_audio_compression.training.windows import CROPS

MakeUtterances = Callable[..., Utterances]


def first_frame(log_mel: NDArray[np.float32], rng: np.random.Generator) -> Tensor:
    """A crop of one frame, drawn anywhere."""
    return torch.from_numpy(log_mel[rng.integers(len(log_mel))])


def sampler(shards: list[Shard], batch: int = 4, seed: int = 1, frames: int = 128) -> CropSampler:
    return CropSampler(shards, frames, batch, seed, first_frame)


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def numbered_shards(count: int, utterances: int = 3, frames: int = 128) -> list[Shard]:
    """Shards of utterances whose frames all have the number of the shard."""

    def shard(number: int) -> Shard:
        names = [f"{number:04d}_{i}" for i in range(utterances)]
        value = np.full((frames, 128), number, np.float32)
        return Shard(dict.fromkeys(names, frames), lambda: dict.fromkeys(names, value))

    return [shard(number) for number in range(count)]


def test_a_batch_depends_on_seed_and_step_alone(make_utterances: MakeUtterances) -> None:
    shards = shards_of(make_utterances([150, 300, 90]))
    later = sampler(shards).batch(7)
    assert torch.equal(sampler(shards[::-1]).batch(7), later)
    assert torch.equal(list(sampler(shards).batches(5, 9))[2], later)
    assert not torch.equal(sampler(shards).batch(8), later)
    assert not torch.equal(sampler(shards, seed=2).batch(7), later)


def test_a_training_that_goes_on_in_a_later_window_has_the_same_batches() -> None:
    shards, batch = numbered_shards(400), CROPS // 4
    whole = list(sampler(shards, batch, frames=32).batches(0, 11))
    assert len({crops.numpy().tobytes() for crops in whole}) == 11
    for step, crops in enumerate(sampler(shards, batch, frames=32).batches(6, 11), 6):
        assert torch.equal(crops, whole[step])


def test_batches_end_where_asked(make_utterances: MakeUtterances) -> None:
    batches = list(sampler(shards_of(make_utterances([150])), 2).batches(3, 6))
    assert [batch.shape for batch in batches] == [(2, 128)] * 3


def test_all_shards_are_learnt_from_before_any_comes_again() -> None:
    # A window of four steps takes as much speech as 64 of the 256 shards have.
    steps = sampler(numbered_shards(256, utterances=8), CROPS // 4, frames=32).batches(0, 32)
    windows = [set[int]() for _ in range(8)]
    for step, crops in enumerate(steps):
        windows[step // 4] |= set(crops[:, 0].int().tolist())
    for first in (0, 4):
        seen = [number for window in windows[first : first + 4] for number in window]
        assert sorted(seen) == list(range(256))
    assert windows[0] != windows[4]


def test_the_next_window_is_read_while_one_is_learnt_from_and_no_more_are_held() -> None:
    alive: weakref.WeakValueDictionary[int, NDArray[np.float32]] = weakref.WeakValueDictionary()
    loaded: list[int] = []

    def shard(number: int) -> Shard:
        def load() -> dict[str, NDArray[np.float32]]:
            loaded.append(number)
            log_mel = np.zeros((512, 128), np.float32)
            alive[len(loaded)] = log_mel
            return {f"{number}": log_mel}

        return Shard({f"{number}": 512}, load)

    # Each window of eight steps takes 16 shards.
    batches = sampler([shard(number) for number in range(200)], CROPS // 8, frames=4)
    most = 0
    for step, _ in enumerate(batches.batches(0, 80)):
        if step == 0:
            wait_until(lambda: len(loaded) == 32)
        most = max(most, len(alive))
    assert len(loaded) == 160
    assert most <= 48


def test_a_shard_that_no_crop_is_of_is_not_read() -> None:
    loaded: list[str] = []

    def reading(name: str) -> Shard:
        def load() -> dict[str, NDArray[np.float32]]:
            loaded.append(name)
            return {name: np.zeros((5, 128), np.float32)}

        return Shard({name: 5}, load)

    list(sampler([reading(str(number)) for number in range(100)], 2).batches(0, 3))
    assert 1 <= len(loaded) <= 6


def test_an_utterance_is_as_likely_as_it_is_long() -> None:
    frames = np.array([128, 256, 384, 232])
    utterances = {
        f"u{i}": (int(count), lambda i=i: np.full((1, 128), i, np.float32))
        for i, count in enumerate(frames)
    }
    drawn = sampler(shards_of(utterances), 4000).batch(0)[:, 0]
    seen = np.bincount(drawn.int().numpy(), minlength=4)
    expected = 4000 * frames / frames.sum()
    assert ((seen - expected) ** 2 / expected).sum() < 16.3  # p = 0.001


def test_crops_that_fill_the_speech_are_counted(make_utterances: MakeUtterances) -> None:
    assert sampler(shards_of(make_utterances([1, 128, 129]))).segments == 4


def test_no_speech_is_one_sentence() -> None:
    with pytest.raises(TrainingDataError, match="no speech to train on"):
        sampler([])
