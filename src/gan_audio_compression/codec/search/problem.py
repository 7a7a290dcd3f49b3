"""What a search has to solve, and what it found."""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from gan_audio_compression.codec.model import CodecModel
from gan_audio_compression.codec.search.objective import Objective


@dataclass(frozen=True, eq=False)
class SearchProblem:
    """A batch of segments and the codec's view of them.

    Segments share nothing: the objective is one value for each, and the networks are in
    evaluation mode.

    Attributes:
        model: the codec.
        objective_function: F.
        images: [S, 1, 128, 128] in [-1, 1].
        mask: [S, 1, 1, 128], one where a frame is part of the utterance.
        sent: [S, 1, 1, 8], true where a latent column is sent.
        rate_weight: what a bit is worth wherever a latent is quantised, see `CodecModel.symbols`.
        given_start: [S, C, 8, 8], where to start instead of at the encoder's latent.
    """

    model: CodecModel
    objective_function: Objective
    images: Tensor
    mask: Tensor
    sent: Tensor
    rate_weight: float = 0.0
    given_start: Tensor | None = None

    @cached_property
    def start(self) -> Tensor:
        """Where to start, [S, C, 8, 8]: the encoder's latent z0 = E(x), if no other is given."""
        if self.given_start is not None:
            return self.given_start
        with torch.no_grad():
            return self.model.encode(self.images)

    def symbols(self, latent: Tensor) -> Tensor:
        """Return the symbols of a latent; columns that are not sent get those of silence."""
        padding = self.model.padding.unsqueeze(-1)
        return torch.where(self.sent, self.model.symbols(latent, self.rate_weight), padding)

    def values(self, symbols: Tensor) -> Tensor:
        """Return the levels of symbols."""
        return self.model.quantiser.values(symbols)

    def objective(self, latent: Tensor) -> Tensor:
        """Return F(x, G(latent)) of each segment, [S]; differentiable."""
        return self.objective_function(self.model.generate(latent), self.images, self.mask)

    def gradient(self, latent: Tensor) -> tuple[Tensor, Tensor]:
        """Return F [S] and its gradient with respect to `latent`."""
        leaf = latent.detach().requires_grad_(True)
        value = self.objective(leaf)
        (gradient,) = torch.autograd.grad(value.sum(), leaf)
        return value.detach(), gradient


@dataclass(frozen=True)
class SearchResult:
    """What a search found.

    Attributes:
        symbols: [segments, C, 8, 8], the best that were visited, segment by segment.
        objective: F of them, [segments].
        trace: F of the best so far after each evaluation, [evaluations, segments].
    """

    symbols: Tensor
    objective: Tensor
    trace: Tensor


class BestSoFar:
    """Keeps each segment's best quantised iterate by the objective of what will be decoded."""

    def __init__(self) -> None:
        self._symbols: Tensor | None = None
        self._objective = torch.empty(0)
        self._trace: list[Tensor] = []

    def offer(self, symbols: Tensor, objective: Tensor) -> None:
        """Consider `symbols` [S, C, 8, 8] with their objective [S]."""
        if self._symbols is None:
            self._symbols, self._objective = symbols, objective
        else:
            better = objective < self._objective
            self._symbols = torch.where(better[:, None, None, None], symbols, self._symbols)
            self._objective = torch.where(better, objective, self._objective)
        self._trace.append(self._objective)

    def result(self) -> SearchResult:
        """Return the best of all that was offered.

        Raises:
            ValueError: nothing was offered.
        """
        if self._symbols is None:
            raise ValueError("Nothing was offered; a search offers at least its start.")
        return SearchResult(self._symbols, self._objective, torch.stack(self._trace))
