"""Adam as GANs use it, and the memory format that convolutions like."""

from collections.abc import Iterable

import torch
from torch import nn

BETAS = (0.5, 0.999)


def adam(parameters: Iterable[nn.Parameter]) -> torch.optim.Adam:
    """Return Adam with the short first memory of DCGAN; each step sets its own rate."""
    return torch.optim.Adam(parameters, betas=BETAS)


def set_learning_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    """Let the next step of `optimiser` use `rate`."""
    for group in optimiser.param_groups:
        group["lr"] = rate


def use_channels_last(network: nn.Module) -> None:
    """Lay the weights out so that convolutions need no reordering of their input."""
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
