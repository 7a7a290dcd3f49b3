"""Images of log mels: crops at random, and fixed ones."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from gan_audio_compression.signal.segments import split_segments
from gan_audio_compression.signal.spec import FLOOR, MEL_BANDS
from gan_audio_compression.training.segment.images import fixed_segments, segment_sampler
from gan_audio_compression.training.speech import TrainingDataError, Utterances, shards_of

MakeUtterances = Callable[..., Utterances]


def numbered(frames: list[int]) -> Utterances:
    """Utterances whose every frame tells, in its first two bands, utterance and frame number."""

    def log_mel(index: int, count: int) -> np.ndarray:
        frame = np.full((count, MEL_BANDS), -5.0, dtype=np.float32)
        frame[:, 0] = -index / 10
        frame[:, 1] = -np.arange(count) / 100
        return frame

    return {
        f"u{i}": (count, lambda i=i, count=count: log_mel(i, count))  # type: ignore[misc]
        for i, count in enumerate(frames)
    }


def decoded(images: torch.Tensor) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Utterance [B], frame numbers [B, 128] and mask of padding [B, 128] of `numbered` crops."""
    nepers = 5.0 * (images[:, 0].numpy() - 1.0)
    padding = np.isclose(nepers[:, 5], FLOOR)
    return np.round(-10 * nepers[:, 0, 0]), np.round(-100 * nepers[:, 1]), padding


def test_crops_are_runs_of_frames_with_floor_past_the_end() -> None:
    frames = [300, 140, 50]
    images = segment_sampler(shards_of(numbered(frames)), 200, seed=0).batch(0)
    for utterance, numbers, padding in zip(*decoded(images), strict=True):
        inside = numbers[~padding]
        assert (np.diff(inside) == 1).all()
        if padding.any():
            assert padding.argmax() == len(inside)
            assert inside[-1] == frames[int(utterance)] - 1
    assert images.min().item() == -1.0


def test_crops_start_anywhere_up_to_the_last_segment() -> None:
    """300 frames fill three segments, so a crop starts at 0 to 256, each as likely."""
    images = segment_sampler(shards_of(numbered([300])), 2570, seed=0).batch(0)
    _, numbers, _ = decoded(images)
    seen = np.bincount(numbers[:, 0].astype(int), minlength=257)
    assert len(seen) == 257
    # Chi-square of 256 degrees of freedom: mean 256, standard deviation 22.6.
    assert ((seen - 10) ** 2 / 10).sum() < 256 + 4 * 22.6


def test_frames_are_as_likely_in_each_utterance() -> None:
    frames = np.array([128, 256, 384, 232])
    images = segment_sampler(shards_of(numbered(frames.tolist())), 4000, seed=0).batch(0)
    utterances, _, _ = decoded(images)
    seen = np.bincount(utterances.astype(int), minlength=4)
    expected = 4000 * frames / frames.sum()
    assert ((seen - expected) ** 2 / expected).sum() < 16.3  # p = 0.001


def test_a_short_utterance_is_padded() -> None:
    image = segment_sampler(shards_of(numbered([50])), 1, seed=0).batch(0)
    _, numbers, padding = decoded(image)
    assert numbers[0, :50].tolist() == list(range(50))
    assert padding[0].tolist() == [False] * 50 + [True] * 78


def test_segments_are_counted(make_utterances: MakeUtterances) -> None:
    assert segment_sampler(shards_of(make_utterances([1, 128, 129])), 2, seed=0).segments == 4


def test_nothing_to_train_on_is_refused() -> None:
    with pytest.raises(TrainingDataError, match="no speech to train on"):
        segment_sampler([], 4, seed=0)
    with pytest.raises(TrainingDataError, match="validation split has no utterance"):
        fixed_segments({}, 4, seed=0)


def test_fixed_segments_stay_the_same(make_utterances: MakeUtterances) -> None:
    utterances = make_utterances([150, 300, 90, 200])
    images = fixed_segments(utterances, 3, seed=0)
    assert images.shape == (3, 1, 128, 128)
    reordered = dict(reversed(list(utterances.items())))
    assert torch.equal(fixed_segments(reordered, 3, seed=0), images)
    choices = {fixed_segments(utterances, 1, seed).numpy().tobytes() for seed in range(10)}
    assert len(choices) > 1


def test_fixed_segments_are_all_if_fewer(make_utterances: MakeUtterances) -> None:
    utterances = make_utterances([150, 90])
    images = fixed_segments(utterances, 100, seed=0)
    every = [split_segments(torch.from_numpy(load())) for _, load in utterances.values()]
    assert sorted(image.sum().item() for image in images) == sorted(
        image.sum().item() for image in torch.cat(every)
    )
