"""The prior as it is trained, and as it codes."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gan_audio_compression.codec.sequence.float_prior import (
    FloatPrior,
    Past,
    freeze_prior,
    thaw_prior,
)
from gan_audio_compression.entropy.integer_prior import ONE


@pytest.mark.parametrize("quality", [0.0, 0.5, 1.0])
def test_whole_numbers_cost_hardly_more_than_floats(
    prior: FloatPrior, symbols: NDArray[np.int64], quality: float
) -> None:
    batch = torch.from_numpy(symbols[None]).float()
    ideal = float(prior.code_length(batch, torch.tensor([quality])).sum().detach())
    frozen = freeze_prior(prior).code_length(symbols, round(quality * ONE))
    assert frozen == pytest.approx(ideal, rel=0.02)


def test_nothing_that_comes_later_bears_on_a_symbol(prior: FloatPrior) -> None:
    symbols = torch.zeros(1, 6, 4)
    changed = symbols.clone()
    changed[0, 3, 2] = 5.0
    quality = torch.tensor([0.5])
    for before, after in zip(prior(symbols, quality), prior(changed, quality), strict=True):
        same = before == after
        assert same[0, :3].all()
        assert same[0, 3, :3].all()
        assert not same[0, 3, 3]
        assert not same[0, 4:].any()


@torch.no_grad()
def test_frames_go_on_from_the_past(prior: FloatPrior, symbols: NDArray[np.int64]) -> None:
    batch, quality = torch.from_numpy(symbols[None]).float(), torch.tensor([0.5])
    states = prior.states(batch, quality)
    later = prior.states(batch[:, 17:], quality, Past(batch[:, 16], states[:, 16]))
    torch.testing.assert_close(later, states[:, 17:])


@torch.no_grad()
@pytest.mark.parametrize("frames", [1, 16, 48, 49, 200])
def test_rough_states_differ_only_by_what_is_long_past(prior: FloatPrior, frames: int) -> None:
    draws = torch.Generator().manual_seed(0)
    batch = torch.randint(-3, 4, (2, frames, 4), generator=draws).float()
    quality = torch.tensor([0.2, 0.8])
    rough, exact = prior.rough_states(batch, quality), prior.states(batch, quality)
    assert rough.shape == exact.shape
    torch.testing.assert_close(rough[:, :48], exact[:, :48])
    torch.testing.assert_close(rough, exact, atol=0.05, rtol=0.0)


def test_the_code_length_has_a_gradient_in_symbols_and_weights(prior: FloatPrior) -> None:
    symbols = torch.randn(2, 5, 4, requires_grad=True)
    prior.code_length(symbols, torch.tensor([0.0, 1.0])).sum().backward()
    assert symbols.grad is not None and symbols.grad.isfinite().all()
    assert all(weight.grad is not None for weight in prior.parameters())
    prior.zero_grad()


def test_a_frozen_prior_can_be_trained_on(prior: FloatPrior) -> None:
    frozen = freeze_prior(prior)
    again = freeze_prior(thaw_prior(frozen))
    assert np.array_equal(again.input_weights, frozen.input_weights)
    assert np.array_equal(again.state_weights, frozen.state_weights)
    assert np.array_equal(again.scale_weights, frozen.scale_weights)
