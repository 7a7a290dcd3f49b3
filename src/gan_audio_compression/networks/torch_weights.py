"""Weights of PyTorch's modules, as arrays and back."""

from collections.abc import Callable
from typing import Any, TypeVar

import torch
from numpy.typing import NDArray
from torch import nn

from gan_audio_compression.networks.weights import Weights, require_weights, weights_under

Network = TypeVar("Network", bound=nn.Module)


def named_weights(**modules: nn.Module) -> dict[str, NDArray[Any]]:
    """Return all weights and buffers as "module.name"; on the CPU they are not copied."""
    weights: dict[str, NDArray[Any]] = {}
    for prefix, module in modules.items():
        state = {name: tensor.cpu().numpy() for name, tensor in module.state_dict().items()}
        weights |= weights_under(prefix, state)
    return weights


def open_network(make: Callable[[], Network], weights: Weights) -> Network:
    """Return what `make` makes, with `weights` as its weights, not copied.

    It is made on the meta device, so that no more memory is taken than the weights take.

    Raises:
        DamagedModelError: a weight is missing, surplus, of wrong shape or type, or not finite.
    """
    with torch.device("meta"):
        network = make()
    wanted = network.state_dict()
    require_weights(weights, {name: tuple(tensor.shape) for name, tensor in wanted.items()})
    tensors = {name: torch.from_numpy(weight) for name, weight in weights.items()}
    network.load_state_dict(tensors, assign=True)
    return network
