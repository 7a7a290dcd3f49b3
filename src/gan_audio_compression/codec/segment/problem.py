"""What a search of the segment codec has to solve: the latents of a batch of segments."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Self

import torch
from torch import Tensor

from gan_audio_compression.codec.segment.model import SegmentModel
from gan_audio_compression.codec.segment.objective import Objective


@dataclass(frozen=True, eq=False)
class SegmentProblem:
    """A batch of segments and the codec's view of them.

    Segments share nothing: the objective is one value for each, and the networks are in
    evaluation mode.

    Attributes:
        model: the codec.
        objective_function: F.
        images: [S, 1, 128, 128] in [-1, 1].
        mask: [S, 1, 1, 128], one where a frame is part of the utterance.
        sent: [S, 1, columns], true where a latent column is sent.
        costs: of each symbol, [positions, 1, levels], wherever a latent is quantised; see
            `Quantiser.symbols`.
        given_start: [S, positions, columns], where to start instead of at the encoder's latent.
    """

    model: SegmentModel
    objective_function: Objective
    images: Tensor
    mask: Tensor
    sent: Tensor
    costs: Tensor | None = None
    given_start: Tensor | None = None
    start_keeps_to_the_rate: ClassVar[bool] = True
    limits: ClassVar[tuple[float, float]] = (0.0, 1.0)
    span: ClassVar[float] = 1.0
    stiffness: ClassVar[float] = 1.0

    @cached_property
    def start(self) -> Tensor:
        """Where to start: the encoder's latent z0 = E(x), if no other is given."""
        if self.given_start is not None:
            return self.given_start
        with torch.no_grad():
            return self.model.encode(self.images)

    def nearest(self, latent: Tensor) -> Tensor:
        """Return the symbols of the nearest levels."""
        return self.model.quantiser.symbols(latent)

    def symbols(self, latent: Tensor) -> Tensor:
        """Return the symbols of a latent; columns that are not sent get those of silence."""
        symbols = self.model.quantiser.symbols(latent, self.costs)
        return torch.where(self.sent, symbols, self.model.padding.unsqueeze(-1))

    def values(self, symbols: Tensor) -> Tensor:
        """Return the levels of symbols."""
        return self.model.quantiser.values(symbols)

    def objective(self, latent: Tensor) -> Tensor:
        """Return F(x, G(latent)) of each segment, [S]; differentiable."""
        return self.objective_function(self.model.generate(latent), self.images, self.mask)

    @property
    def groups(self) -> Tensor:
        """Each segment is a group."""
        segments = torch.arange(len(self.images), device=self.images.device)
        return segments[:, None, None].expand_as(self.start)

    def around(self, symbols: Tensor) -> tuple[Tensor, Tensor]:
        """Return the symbols below and above, the last level's own beyond it."""
        last = len(self.model.quantiser.levels) - 1
        return (symbols - 1).clamp_min(0), (symbols + 1).clamp_max(last)

    @torch.no_grad()
    def gains(self, symbols: Tensor, places: Tensor, changed: Tensor) -> Tensor:
        """Return how much F of its segment each change alone lowers, [M]; one for each segment."""
        moved = symbols.clone()
        moved.view(-1)[places] = changed
        segments = places // symbols[0].numel()
        before, after = (self.objective(self.values(each)) for each in (symbols, moved))
        return (before - after)[segments]

    def following(self, latent: Tensor) -> Self:
        """Return the problem as it is: the costs are found before a search."""
        return self
