"""Adam as GANs use it, and the memory format that convolutions like."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from gan_audio_compression.training.parallel import average_gradients

BETAS = (0.5, 0.999)


def adam(parameters: Iterable[nn.Parameter]) -> torch.optim.Adam:
    """Return Adam with the short first memory of DCGAN; each step sets its own rate."""
    return torch.optim.Adam(parameters, betas=BETAS)


def descend(
    loss: Tensor, optimiser: torch.optim.Optimizer, rate: float, gradient_limit: float | None
) -> None:
    """Make one step of `optimiser` at `rate` along the gradient of `loss`, of all processes.

    The gradient's length, over all of the optimiser's parameters, is held to `gradient_limit`.
    """
    optimiser.zero_grad()
    loss.backward()
    parameters = [parameter for group in optimiser.param_groups for parameter in group["params"]]
    average_gradients(parameters)
    if gradient_limit is not None:
        nn.utils.clip_grad_norm_(parameters, gradient_limit)
    for group in optimiser.param_groups:
        group["lr"] = rate
    optimiser.step()


def use_channels_last(network: nn.Module) -> None:
    """Lay the weights out so that convolutions need no reordering of their input."""
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
