"""Search for the latents of the codec over time: a chunk, its quality, and what bits cost."""

import math
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import torch
from torch import Tensor

from gan_audio_compression.codec.search.objective import Objective
from gan_audio_compression.codec.sequence.model import (
    SequenceModel,
    fixed_point_quality,
    told,
)
from gan_audio_compression.codec.sequence.prior import bits_under
from gan_audio_compression.entropy.logistic import LARGEST_SYMBOL
from gan_audio_compression.networks.sequence import LATENT_FRAMES
from gan_audio_compression.signal.loudness import from_loudness
from gan_audio_compression.signal.segments import to_unit_range
from gan_audio_compression.signal.spec import HOP, SAMPLE_RATE

_FRAMES_A_SECOND = SAMPLE_RATE / HOP
# Latent frames that change a try together; and those around a change over which it is weighed,
# each of which is generated from as many again. What it does beyond is little.
_GROUP, _REACH = 8, 8
# How much dearer bits become by the share that they are too many, and the most that counts.
_DEARER, _MOST_EXCESS = 15.0, 0.15
_TRIMMINGS, _LEAST_SAVED = 12, 0.5
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
        """Return the nearest whole numbers, trimmed or else shrunk until the bits allow them."""
        symbols = self.nearest(latent)
        for _ in range(_TRIMMINGS):
            if (excess := self._excess(symbols)) <= 0:
                return symbols
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
        lost = self._lost(latent, self.log_mel[None].to(latent.device), rough)
        return lost + self._cost(self.code_length(latent))

    def code_length(self, latent: Tensor) -> Tensor:
        """Return the bits [B] of latents [B, N, C] under the prior in floats; differentiable."""
        quality = told(self.quality, latent.device).expand(len(latent))
        return self.model.float_prior.code_length(latent, quality).sum((1, 2))

    @torch.no_grad()
    def gains(self, symbols: Tensor, places: Tensor, changed: Tensor) -> Tensor:
        """Return by how much each change alone would lower the objective, [M].

        The distortion is that of a window around the change, the rate that of all of the chunk.
        """
        values = self.values(symbols)
        moved = values.expand(len(places), -1, -1).clone()
        moved.view(len(places), -1).scatter_(1, places[:, None], self.values(changed)[:, None])
        saved = self.code_length(values) - self.code_length(moved)
        frames = places // symbols.shape[2]
        length = min(4 * _REACH + 1, symbols.shape[1])
        first = (frames - 2 * _REACH).clamp(0, symbols.shape[1] - length)
        before = self._windows_lost(values.expand_as(moved), first, length)
        after = self._windows_lost(moved, first, length)
        share = length * LATENT_FRAMES / len(self.log_mel)
        return share * (before - after) + self._cost(saved)

    @torch.no_grad()
    def following(self, latent: Tensor) -> Self:
        """Return the problem with a price that brings the code length nearer to the bits."""
        if self.bits is None:
            return self
        excess = self._excess(self.nearest(latent)) / self.bits
        limited = max(min(excess, _MOST_EXCESS), -_MOST_EXCESS)
        return replace(self, dearness=math.exp(_DEARER * limited))

    def _excess(self, symbols: Tensor) -> float:
        """Return by how many bits the code length of symbols [1, N, C] is too long."""
        if self.bits is None:
            return 0.0
        told = fixed_point_quality(self.quality)
        return float(self.model.prior.code_length(symbols[0].cpu().numpy(), told)) - self.bits

    def _trimmed(self, symbols: Tensor, excess: float) -> Tensor:
        """Return symbols of about `excess` bits less, for as little distortion as may be.

        A symbol may come nearer to its mean by one. That saves bits of its own, whatever it does
        to those that follow, and costs, to the first order, what the gradient of the distortion
        says; all cost a little more than that.
        """
        leaf = self.values(symbols).requires_grad_(True)
        lost = self._lost(leaf, self.log_mel[None].to(leaf.device), rough=True).sum()
        (slope,) = torch.autograd.grad(lost, leaf)
        with torch.no_grad():
            quality = told(self.quality, leaf.device)
            means, log_scales = self.model.float_prior(leaf, quality)
            change = (means - leaf).sign()
            before, after = (bits_under(at, means, log_scales) for at in (leaf, leaf + change))
            saved = (before - after).flatten()
            cost = (slope * change).flatten() + slope.abs().mean()
            order = (cost / saved.clamp_min(_TINY)).argsort()
            order = order[saved[order] > _LEAST_SAVED]
            count = int((saved[order].cumsum(0) < excess).sum()) + 1
        trimmed = symbols.clone()
        places = order[:count]
        trimmed.view(-1)[places] += change.long().flatten()[places]
        return trimmed

    def _cost(self, bits: Tensor) -> Tensor:
        """Return what bits are worth."""
        kbit_s = bits * _FRAMES_A_SECOND / len(self.log_mel) / 1000
        return self.dearness * self.price * kbit_s

    def _lost(self, latent: Tensor, log_mel: Tensor, rough: bool) -> Tensor:
        """Return the distortion [B] of latents [B, n, C] against log mels [B, T, 128]."""
        loudness = self.model.generate(latent, self.quality, rough)[:, : log_mel.shape[1]]
        images = (_image(from_loudness(loudness)), _image(log_mel))
        return self.distortion(*images, torch.ones_like(images[1][:, :, :1]))

    def _windows_lost(self, values: Tensor, first: Tensor, length: int) -> Tensor:
        """Return the distortion of `length` latent frames from `first` [M] of values [M, N, C]."""
        latent_frames = first[:, None] + torch.arange(length, device=first.device)
        frames = LATENT_FRAMES * first[:, None] + torch.arange(LATENT_FRAMES * length).to(first)
        rows = torch.arange(len(first), device=first.device)[:, None]
        log_mel = self.log_mel.to(values.device)[frames.clamp_max(len(self.log_mel) - 1)]
        return self._lost(values[rows, latent_frames], log_mel, rough=True)


def _image(log_mel: Tensor) -> Tensor:
    """Return log mels [B, T, 128] as images [B, 1, 128, T] in [-1, 1]."""
    return to_unit_range(log_mel).transpose(1, 2)[:, None]
