"""The Viterbi algorithm against paths that are known, and against trying all."""

from itertools import pairwise, product

import numpy as np
import pytest
from numpy.typing import NDArray

from gan_audio_compression.evaluation.phones.decoding import best_phones

FREE = np.zeros((3, 3), np.float32)


def spoken(phones: list[int], frames: int = 6) -> NDArray[np.float32]:
    """Scores that favour each of the phones for some frames, its states in turn."""
    scores = np.full((len(phones) * frames, 3, 3), -5.0, np.float32)
    for frame in range(len(scores)):
        scores[frame, phones[frame // frames], frame % frames * 3 // frames] = 0
    return scores


@pytest.mark.parametrize("phones", [[0], [0, 1, 2], [2, 2], [1, 0, 1, 1]])
def test_clear_speech_is_read_off(phones: list[int]) -> None:
    assert best_phones(spoken(phones), FREE) == phones


def test_phones_that_never_follow_are_not_recognised() -> None:
    transitions = np.zeros((3, 3), np.float32)
    transitions[0, 1] = -np.inf
    assert best_phones(spoken([0, 1]), transitions) != [0, 1]
    assert best_phones(spoken([1, 0]), transitions) == [1, 0]


def test_the_dearer_a_phone_the_fewer_there_are() -> None:
    scores = np.random.default_rng(0).standard_normal((200, 3, 3)).astype(np.float32)
    counts = [len(best_phones(scores, FREE - cost)) for cost in (0, 1, 3, 9, 100)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 20 and counts[-1] == 1


def test_a_phone_takes_two_frames_at_least() -> None:
    scores = np.full((9, 3, 3), -50.0, np.float32)
    scores[:, 0] = 0
    scores[4, 0], scores[4, 1] = -50, 0
    assert best_phones(scores, FREE) == [0]


@pytest.mark.parametrize("seed", range(5))
def test_no_path_is_better(seed: int) -> None:
    generator = np.random.default_rng(seed)
    scores = generator.standard_normal((5, 2, 3)).astype(np.float32)
    transitions = generator.standard_normal((2, 2)).astype(np.float32)

    def step(before: tuple[int, int], after: tuple[int, int]) -> tuple[float, bool]:
        """Weight of going on, and whether another phone begins."""
        if before[0] == after[0] and 0 <= after[1] - before[1] <= 2:
            return 0.0, False
        if (before[1], after[1]) == (2, 0):
            return float(transitions[before[0], after[0]]), True
        return -np.inf, False

    def weigh(path: tuple[tuple[int, int], ...]) -> tuple[float, list[int]]:
        if path[0][1] != 0:
            return -np.inf, []
        steps = [step(before, after) for before, after in pairwise(path)]
        total = sum(weight for weight, _ in steps)
        total += sum(float(scores[frame, *state]) for frame, state in enumerate(path))
        begun = [state[0] for state, (_, new) in zip(path[1:], steps, strict=True) if new]
        return total, [path[0][0], *begun]

    states = list(product(range(2), range(3)))
    _, phones = max(map(weigh, product(states, repeat=5)), key=lambda weighed: weighed[0])
    assert best_phones(scores, transitions) == phones


def test_one_frame_is_one_phone() -> None:
    assert best_phones(spoken([1], frames=1), FREE) == [1]
