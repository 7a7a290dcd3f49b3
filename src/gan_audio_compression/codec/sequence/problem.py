"""Search for the latents of the codec over time: a chunk, its quality, and what bits cost."""

import math
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import torch
from torch import Tensor

from gan_audio_compression.codec.search.objective import Objective
from gan_audio_compression.codec.search.problem import best_of_each
from gan_audio_compression.codec.sequence.changes import (
    Changes,
    bits_saved,
    distortion_saved,
    image_distortion,
)
from gan_audio_compression.codec.sequence.model import (
    SequenceModel,
    fixed_point_quality,
    told,
)
from gan_audio_compression.codec.sequence.prior import bits_under
from gan_audio_compression.entropy.logistic import LARGEST_SYMBOL
from gan_audio_compression.signal.spec import HOP, SAMPLE_RATE

_FRAMES_A_SECOND = SAMPLE_RATE / HOP
# Latent frames of which one symbol changes a try.
_GROUP = 4
# How much dearer bits become by the share that they are too many, and the most that counts.
_DEARER, _MOST_EXCESS = 8.0, 0.15
_TRIMMINGS, _MOST_TRIMMED, _LEAST_SAVED = 12, 0.1, 0.25
_SHRINKING = 0.9
_TINY = 1e-9


@dataclass(frozen=True, eq=False)
class SequenceProblem:
    """A chunk at one quality; its objective is distortion + price * rate in kbit/s.

    Attributes:
        model: the codec.
        distortion: of images [1, 1, 128, T] in [-1, 1], see `codec.search.objective`.
        log_mel: [T, 128] in nepers.
        quality: 0 .. 255.
        price: distortion that a kbit/s is worth.
        start: the encoder's latents [1, N, C], in steps of the quantiser.
        bits: code length to aim at and not to exceed; None for any, at the price.
        dearness: factor on the price, to meet the bits.
    """

    model: SequenceModel
    distortion: Objective
    log_mel: Tensor
    quality: int
    price: float
    start: Tensor
    bits: float | None = None
    dearness: float = 1.0
    span: ClassVar[float] = 16.0
    limits: ClassVar[tuple[float, float]] = (-float(LARGEST_SYMBOL), float(LARGEST_SYMBOL))

    @property
    def stiffness(self) -> float:
        """The objective is a mean over the chunk, so a latent counts less in a longer one."""
        return 2.0 / self.start.shape[1]

    @property
    def sent(self) -> Tensor:
        """All latents are sent."""
        return torch.ones((1, 1, 1), dtype=torch.bool, device=self.start.device)

    @property
    def groups(self) -> Tensor:
        """Some latent frames in a row are a group."""
        frames = torch.arange(self.start.shape[1], device=self.start.device) // _GROUP
        return frames[None, :, None].expand_as(self.start)

    def nearest(self, latent: Tensor) -> Tensor:
        """Return the nearest whole numbers."""
        return latent.round().clamp(*self.limits).long()

    def symbols(self, latent: Tensor) -> Tensor:
        """Return the nearest whole numbers, trimmed or else shrunk until the bits allow them.

        To trim sounds better, to shrink is quicker where there are many bits too many.
        """
        symbols = self.nearest(latent)
        for _ in range(_TRIMMINGS):
            if (excess := self._excess(symbols)) <= 0:
                return symbols
            if excess > _MOST_TRIMMED * (self.bits or 0.0):
                break
            symbols = self._trimmed(symbols, excess)
        while self._excess(symbols) > 0 and symbols.any():
            latent = _SHRINKING * latent
            symbols = self.nearest(latent)
        return symbols

    def values(self, symbols: Tensor) -> Tensor:
        """Return symbols as latents."""
        return symbols.to(self.start.dtype)

    def around(self, symbols: Tensor) -> tuple[Tensor, Tensor]:
        """Return the symbols below and above."""
        lower, higher = symbols - 1, symbols + 1
        return lower.clamp_min(-LARGEST_SYMBOL), higher.clamp_max(LARGEST_SYMBOL)

    def objective(self, latent: Tensor) -> Tensor:
        """Return distortion + price * rate, [1], of latents [1, N, C]; differentiable.

        Where a gradient is asked for, networks may compute roughly.
        """
        rough = torch.is_grad_enabled() and latent.requires_grad
        quality = told(self.quality, latent.device)
        bits = self.model.float_prior.code_length(latent, quality, rough).sum((1, 2))
        return self._lost(latent, rough) + self._cost(bits)

    def gains(self, symbols: Tensor, places: Tensor, changed: Tensor) -> Tensor:
        """Return by about how much each change alone would lower the objective, [M].

        A window around the change is looked at, see `codec.sequence.changes`.
        """
        changes = self._changes(symbols, places, changed)
        return self._distortion_saved(changes) + self._cost(self._bits_saved(changes))

    @torch.no_grad()
    def following(self, latent: Tensor) -> Self:
        """Return the problem with a price that brings the code length nearer to the bits."""
        if self.bits is None:
            return self
        excess = self._excess(self.nearest(latent)) / self.bits
        limited = max(min(excess, _MOST_EXCESS), -_MOST_EXCESS)
        return replace(self, dearness=self.dearness * math.exp(_DEARER * limited))

    def _excess(self, symbols: Tensor) -> float:
        """Return by how many bits the code length of symbols [1, N, C] is too long."""
        if self.bits is None:
            return 0.0
        told = fixed_point_quality(self.quality)
        return float(self.model.prior.code_length(symbols[0].cpu().numpy(), told)) - self.bits

    def _trimmed(self, symbols: Tensor, excess: float) -> Tensor:
        """Return symbols of about `excess` bits less, for as little distortion as may be.

        In each group the symbol that promises most may come nearer to its mean by one; of what
        that does in truth, the bits that cost the least distortion are saved.
        """
        leaf = self.values(symbols).requires_grad_(True)
        (slope,) = torch.autograd.grad(self._lost(leaf, rough=True).sum(), leaf)
        with torch.no_grad():
            means, log_scales = self.model.float_prior(leaf, told(self.quality, leaf.device))
            change = (means - leaf).sign()
            before, after = (bits_under(at, means, log_scales) for at in (leaf, leaf + change))
            saved = before - after
            promise = torch.where(saved > 0, self._cost(saved) - slope * change, -math.inf)
            places = best_of_each(promise, self.groups)
            changed = symbols + change.long()
            changes = self._changes(symbols, places, changed.flatten()[places])
            saved, cost = self._bits_saved(changes), -self._distortion_saved(changes)
            order = (cost / saved.clamp_min(_TINY)).argsort()
            order = order[saved[order] > _LEAST_SAVED]
            count = int((saved[order].cumsum(0) < excess).sum()) + 1
        trimmed = symbols.clone()
        trimmed.view(-1)[places[order[:count]]] = changed.flatten()[places[order[:count]]]
        return trimmed

    def _changes(self, symbols: Tensor, places: Tensor, changed: Tensor) -> Changes:
        channels = symbols.shape[2]
        return Changes(
            self.values(symbols), places // channels, places % channels, self.values(changed)
        )

    def _distortion_saved(self, changes: Changes) -> Tensor:
        return distortion_saved(self.model, self.distortion, self.log_mel, self.quality, changes)

    def _bits_saved(self, changes: Changes) -> Tensor:
        return bits_saved(self.model.float_prior, self.quality, changes)

    def _cost(self, bits: Tensor) -> Tensor:
        """Return what bits are worth."""
        kbit_s = bits * _FRAMES_A_SECOND / len(self.log_mel) / 1000
        return self.dearness * self.price * kbit_s

    def _lost(self, latent: Tensor, rough: bool) -> Tensor:
        """Return the distortion [1] of latents [1, N, C]."""
        log_mel = self.log_mel[None].to(latent.device)
        loudness = self.model.generate(latent, self.quality, rough)[:, : log_mel.shape[1]]
        everywhere = torch.ones_like(log_mel[..., 0])
        return image_distortion(self.distortion, loudness, log_mel, everywhere)
