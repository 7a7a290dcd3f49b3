"""One step of Adam: its rate and the limit of its gradient."""

import pytest
import torch
from torch import nn

from gan_audio_compression.training.optimiser import adam, descend


def parameters() -> list[nn.Parameter]:
    return [nn.Parameter(torch.zeros(2)), nn.Parameter(torch.zeros(1))]


@pytest.mark.parametrize("rate", [1e-3, 0.5])
def test_the_first_step_is_as_long_as_the_rate(rate: float) -> None:
    weights = parameters()
    descend(weights[0].sum() - 7.0 * weights[1].sum(), adam(weights), rate, None)
    assert weights[0].tolist() == pytest.approx([-rate, -rate], rel=1e-4)
    assert weights[1].tolist() == pytest.approx([rate], rel=1e-4)


@pytest.mark.parametrize(("limit", "length"), [(None, 13.0), (1.0, 1.0), (100.0, 13.0)])
def test_a_long_gradient_is_shortened(limit: float | None, length: float) -> None:
    weights = parameters()
    loss = 3.0 * weights[0][0] + 4.0 * weights[0][1] + 12.0 * weights[1].sum()
    descend(loss, adam(weights), 1e-3, limit)
    gradient = torch.cat([weight.grad for weight in weights if weight.grad is not None])
    assert gradient.norm().item() == pytest.approx(length, rel=1e-4)
    assert (gradient / gradient.norm()).tolist() == pytest.approx(
        [3 / 13, 4 / 13, 12 / 13], rel=1e-4
    )


def test_gradients_do_not_add_up_over_steps() -> None:
    weights = parameters()
    optimiser = adam(weights)
    for _ in range(3):
        descend(2.0 * weights[0].sum() + weights[1].sum(), optimiser, 1e-3, None)
    assert weights[0].grad is not None
    assert weights[0].grad.tolist() == [2.0, 2.0]
