"""How disturbing decoded speech is to a listener: PESQ's measure as a differentiable function.

After ITU-T P.862 (Beerends, Hekstra, Rix, Hollier, 2002), without its alignment in time: the two
signals are given frame by frame. Frames come every 8 ms and all count, where P.862 takes every
second one, so that nothing can hide between two frames.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from gan_audio_compression.signal.bark import (
    BANDS,
    Band,
    BarkScale,
    bark_scale,
    power_of_log_mel,
)

# Gain that a listener gets used to, smoothed over P.862's frames, which are two of ours apart.
_GAIN_POWER = 5e3
_LEAST_GAIN, _MOST_GAIN = 0.1, 5.0
_GAIN_MEMORY = 0.2
_REMEMBERED, _HOPS_APART = 3, 2

_LOUDNESS = 0.1866
_MASKED = 0.25
_ASYMMETRY_POWER, _ASYMMETRY_EXPONENT = 50.0, 1.2
_LEAST_ASYMMETRY, _MOST_ASYMMETRY = 3.0, 12.0
_FRAME_LIMIT = 45.0
# 320 ms, half of it shared with the next.
_WINDOW, _WINDOW_HOP = 40, 20
_TINY = 1e-30


@dataclass(frozen=True, eq=False)
class Disturbance:
    """What a listener is disturbed by, 0 or more; a value for each utterance or excerpt.

    Attributes:
        symmetric: by all that differs.
        asymmetric: by what was added.
    """

    symmetric: Tensor
    asymmetric: Tensor

    @property
    def loss(self) -> Tensor:
        """What P.862 takes off the perfect 4.5."""
        return 0.1 * self.symmetric + 0.0309 * self.asymmetric


def lost_pesq(reference: Tensor, decoded: Tensor, mask: Tensor | None = None) -> Tensor:
    """Return the points that PESQ would take off, narrow and wide band together, [B].

    Args:
        reference: log mels [B, T, 128] in nepers, at the project's level.
        decoded: likewise.
        mask: [B, T], one where a frame counts; None if all do.
    """
    return torch.stack(
        [
            disturbance_between(
                power_of_log_mel(reference, band), power_of_log_mel(decoded, band), mask, band=band
            ).loss
            for band in BANDS
        ]
    ).sum(0)


def disturbance_between(
    reference: Tensor, decoded: Tensor, mask: Tensor | None = None, *, band: Band
) -> Disturbance:
    """Return the disturbance between powers [..., frames, bands] at the project's level.

    It is differentiable with respect to both, everywhere if they are powers of log mels. P.862 lets
    a linear filter within 20 dB hardly disturb, and a frame that is louder by up to 35 dB little.
    Whoever minimises the disturbance would make use of all that is forgiven, so that here a frame's
    gain is forgiven up to 10 dB alone.

    Args:
        reference: as `signal.bark` gives it from a log mel.
        decoded: likewise.
        mask: [..., frames], one where a frame counts and zero where it is padding; None if all do.
        band: what the listener gets; the powers are in its bands.
    """
    scale = bark_scale(band, decoded.dtype, decoded.device)
    counted = torch.ones_like(reference[..., 0]) if mask is None else mask.to(reference)
    levelled = decoded * _gain(reference, decoded, scale).clamp(_LEAST_GAIN, _MOST_GAIN)
    loudness, other = _loudness(reference, scale), _loudness(levelled, scale)
    difference = (other - loudness).abs()
    heard = (difference - _MASKED * torch.minimum(loudness, other)).clamp_min(0.0)
    total_width = scale.width * heard.shape[-1]
    frames = (
        total_width * _power_mean(heard, 2, torch.ones_like(heard)),
        total_width * (heard * _asymmetry(reference, levelled)).mean(-1),
    )
    weight = ((reference.sum(-1) + 1e5) / 1e7).pow(-0.04)
    return Disturbance(*(_over_time(_limited(frame * weight), counted) for frame in frames))


def _gain(reference: Tensor, decoded: Tensor, scale: BarkScale) -> Tensor:
    """Return the factor [..., frames, 1] that brings `decoded` near the reference's level."""

    def audible(power: Tensor) -> Tensor:
        return (power * (power > scale.threshold)).sum(-1) + _GAIN_POWER

    ratio = audible(reference) / audible(decoded)
    start = _REMEMBERED * _HOPS_APART
    padded = functional.pad(ratio, (start, 0), value=1.0)
    ages = range(_REMEMBERED + 1)
    earlier = [padded.narrow(-1, start - age * _HOPS_APART, ratio.shape[-1]) for age in ages]
    weights = torch.tensor([_GAIN_MEMORY**age for age in ages]).to(ratio)
    smooth = torch.stack(earlier, -1) @ (weights / weights.sum())
    gain: Tensor = smooth.unsqueeze(-1)
    return gain


def _loudness(power: Tensor, scale: BarkScale) -> Tensor:
    """Return the loudness density in sone per Bark (Zwicker and Feldtkeller, 1967)."""
    above = (0.5 + 0.5 * power / scale.threshold).pow(scale.exponent) - 1.0
    return (_LOUDNESS * (2.0 * scale.threshold).pow(scale.exponent) * above).clamp_min(0.0)


def _asymmetry(reference: Tensor, decoded: Tensor) -> Tensor:
    """Return the weight of what was added: 0, or 3 to 12."""
    ratio = (decoded + _ASYMMETRY_POWER) / (reference + _ASYMMETRY_POWER)
    factor = ratio.pow(_ASYMMETRY_EXPONENT).clamp_max(_MOST_ASYMMETRY)
    return factor * (factor >= _LEAST_ASYMMETRY)


def _limited(frame: Tensor) -> Tensor:
    """Return P.862's limit of a frame, beyond which it rises on slowly: nothing comes free."""
    beyond = (frame / _FRAME_LIMIT).clamp_min(1.0)
    return frame.clamp_max(_FRAME_LIMIT) + _FRAME_LIMIT * 0.1 * beyond.log()


def _over_time(frames: Tensor, counted: Tensor) -> Tensor:
    """Return the mean [...] of [..., frames]: L6 within 320 ms, where peaks decide, then L2."""
    # So that each frame is in two windows, and padding only adds windows that do not count.
    around = _WINDOW_HOP, _WINDOW_HOP + -frames.shape[-1] % _WINDOW_HOP
    windows, weights = (
        functional.pad(values, around).unfold(-1, _WINDOW, _WINDOW_HOP)
        for values in (frames, counted)
    )
    return _power_mean(_power_mean(windows, 6, weights), 2, weights.sum(-1))


def _power_mean(values: Tensor, exponent: int, weights: Tensor) -> Tensor:
    """Return the weighted power mean over the last axis; its gradient is 0 where it is 0."""
    total = weights.sum(-1).clamp_min(_TINY)
    mean = (values.pow(exponent) * weights).sum(-1) / total
    root = mean.clamp_min(_TINY).pow(1.0 / exponent)
    return root * (mean > _TINY)
