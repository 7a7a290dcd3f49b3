"""Non-uniform scalar quantisation of latents."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


class Quantiser:
    """Levels shared by all elements of a latent.

    Args:
        levels: [L], finite and increasing.

    Raises:
        ValueError: the levels are not such.
    """

    def __init__(self, levels: Tensor) -> None:
        if levels.ndim != 1 or not (levels.diff() > 0).all() or not levels.isfinite().all():
            raise ValueError(f"Levels {levels.tolist()} are not increasing; fit them again.")
        self.levels = levels
        self._boundaries = (levels[1:] + levels[:-1]) / 2

    def to(self, device: torch.device) -> "Quantiser":
        """Return the quantiser on `device`."""
        return Quantiser(self.levels.to(device))

    def symbols(self, latent: Tensor, costs: Tensor | None = None) -> Tensor:
        """Return the index of the nearest level of each element (any shape), int64.

        With `costs` (of `latent`'s shape with the levels behind, or broadcast to that) the level
        of least square distance plus cost is taken: entropy-constrained quantisation (Chou,
        Lookabaugh and Gray, 1989) where costs are code lengths.
        """
        if costs is None:
            return torch.bucketize(latent.contiguous(), self._boundaries)
        return ((latent.unsqueeze(-1) - self.levels).square() + costs).argmin(-1)

    def values(self, symbols: Tensor) -> Tensor:
        """Return the level of each symbol."""
        return self.levels[symbols]

    def __call__(self, latent: Tensor) -> Tensor:
        """Return the nearest level of each element."""
        return self.values(self.symbols(latent))

    def straight_through(self, latent: Tensor) -> Tensor:
        """Quantise, but let the gradient pass as if nothing had happened (Bengio et al., 2013)."""
        return latent + (self(latent) - latent).detach()


def even_levels(count: int) -> Tensor:
    """Return `count` levels spread evenly over [0, 1], the range of latents."""
    return (torch.arange(count) + 0.5) / count


def fit_levels(samples: NDArray[np.float32], count: int, iterations: int = 200) -> Tensor:
    """Return `count` levels [L] by k-means in one dimension (Lloyd, 1982) on `samples` [n].

    Starts from the quantiles, so the result depends on the samples alone.

    Raises:
        ValueError: fewer distinct samples than levels.
    """
    values = np.sort(samples.astype(np.float64))
    if len(np.unique(values)) < count:
        raise ValueError(
            f"{count} levels cannot be fitted to fewer distinct latents; train on more speech."
        )
    totals = np.concatenate([[0.0], np.cumsum(values)])
    centres = np.quantile(np.unique(values), (np.arange(count) + 0.5) / count)
    for _ in range(iterations):
        inner = np.searchsorted(values, (centres[1:] + centres[:-1]) / 2)
        edges = np.concatenate([[0], inner, [len(values)]])
        sizes = np.diff(edges)
        means = np.diff(totals[edges]) / np.maximum(sizes, 1)
        updated = np.where(sizes > 0, means, centres)
        if np.allclose(updated, centres, rtol=0, atol=1e-7):
            break
        centres = updated
    return torch.from_numpy(centres.astype(np.float32))
