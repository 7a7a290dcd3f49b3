"""The objective F: how far what the generator makes is from the signal."""

from collections.abc import Callable

from torch import Tensor

Objective = Callable[[Tensor, Tensor], Tensor]
"""Takes the difference of two images and the mask of real frames; gives a value a segment."""


def mean_square(difference: Tensor, mask: Tensor) -> Tensor:
    """Return the mean square [S] of `difference` [S, 1, H, W] where `mask` [S, 1, 1, W] is one."""
    return _masked_mean(difference.square(), mask)


def mean_absolute(difference: Tensor, mask: Tensor) -> Tensor:
    """Return the mean absolute value [S] of `difference` where `mask` is one."""
    return _masked_mean(difference.abs(), mask)


def _masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    return (values * mask).sum((1, 2, 3)) / (mask.sum((1, 2, 3)) * values.shape[2])


OBJECTIVES: dict[str, Objective] = {"mse": mean_square, "l1": mean_absolute}
