"""The best of what was visited, and the best place of each group."""

import math

import pytest
import torch

from gan_audio_compression.codec.search.problem import BestSoFar, best_of_each


def test_the_best_is_kept_segment_by_segment() -> None:
    best = BestSoFar()
    visited = torch.tensor([[3.0, 1.0], [2.0, 2.0], [4.0, 0.5], [2.0, 0.6]])
    for number, objective in enumerate(visited):
        best.offer(torch.full((2, 1, 1, 1), number), objective)
    result = best.result()
    assert result.symbols.flatten().tolist() == [1, 2]
    assert result.objective.tolist() == [2.0, 0.5]
    assert result.trace.tolist() == [[3.0, 1.0], [2.0, 1.0], [2.0, 0.5], [2.0, 0.5]]


def test_nothing_is_not_a_result() -> None:
    with pytest.raises(ValueError, match="at least its start"):
        BestSoFar().result()


def test_the_most_promising_place_of_each_group() -> None:
    """The first of equal ones; none of a group that promises nothing."""
    promise = torch.tensor([[1.0, 3.0, -math.inf, 2.0], [-2.0, -1.0, -math.inf, 2.0]])
    groups = torch.tensor([[0, 0, 1, 3], [2, 2, 1, 3]])
    assert sorted(best_of_each(promise, groups).tolist()) == [1, 3, 5]
