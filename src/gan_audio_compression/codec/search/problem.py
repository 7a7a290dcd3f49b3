"""What a search has to solve, and what it found."""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from gan_audio_compression.codec.latent import sent_columns
from gan_audio_compression.codec.model import CodecModel
from gan_audio_compression.codec.search.objective import Objective
from gan_audio_compression.signal.segments import frame_mask, split_segments


class SearchProblem:
    """The segments of one log mel, and the codec's view of them.

    Segments share nothing: the objective is one value for each, the networks are in evaluation
    mode, and so a segment's symbols do not depend on its neighbours.

    Args:
        model: the codec.
        log_mel: [frames, 128] of an utterance.
        objective: F.
    """

    def __init__(self, model: CodecModel, log_mel: Tensor, objective: Objective) -> None:
        self._model = model
        self._objective = objective
        self.images = split_segments(log_mel)
        self._mask = frame_mask(len(log_mel))
        self._sent = sent_columns(len(log_mel))
        self._padding = model.padding.unsqueeze(-1)

    @cached_property
    def start(self) -> Tensor:
        """The encoder's latent z0 = E(x), [S, C, 8, 8]."""
        with torch.no_grad():
            latent: Tensor = self._model.encoder(self.images)
        return latent

    def symbols(self, latent: Tensor) -> Tensor:
        """Return the nearest symbols; columns that are not sent get those of silence."""
        return torch.where(self._sent, self._model.quantiser.symbols(latent), self._padding)

    def values(self, symbols: Tensor) -> Tensor:
        """Return the levels of symbols."""
        return self._model.quantiser.values(symbols)

    def project(self, latent: Tensor) -> Tensor:
        """Return the nearest latent that can be sent."""
        return self.values(self.symbols(latent))

    def objective(self, latent: Tensor) -> Tensor:
        """Return F(x, G(latent)) of each segment, [S]; differentiable."""
        return self._objective(self._model.generator(latent) - self.images, self._mask)

    def gradient(self, latent: Tensor) -> tuple[Tensor, Tensor]:
        """Return F [S] and its gradient with respect to `latent`."""
        leaf = latent.detach().requires_grad_(True)
        value = self.objective(leaf)
        (gradient,) = torch.autograd.grad(value.sum(), leaf)
        return value.detach(), gradient

    def frames(self) -> Tensor:
        """Return the number of real frames of each segment, [S]."""
        return self._mask.sum((1, 2, 3))


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
        """Return the best of all that was offered, at least one."""
        if self._symbols is None:
            raise ValueError("Nothing was offered; a search offers at least its start.")
        return SearchResult(self._symbols, self._objective, torch.stack(self._trace))
