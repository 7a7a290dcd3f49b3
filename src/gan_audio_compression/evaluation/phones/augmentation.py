"""Random variants of an utterance, in place of the speakers that a small corpus lacks."""

import torch
from torch import Tensor

from gan_audio_compression.evaluation.phones.features import MEL_BANDS, normalised

_LARGEST_WARP = 0.12
_LARGEST_STRETCH = 0.15
# Of the noise's power against the mean log mel power, in nepers.
_NOISE_LEVELS = (-9.0, -1.0)
_NOISE_DEVIATION = 0.5
_MASKS = 2
_WIDEST_BAND_MASK = 8
_LONGEST_MASK = 12
_FRAMES_A_MASK = 100


def augmented(
    log_power: Tensor, targets: Tensor, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Return a variant of an utterance's features and the targets that belong to it.

    The frequency axis is warped as by another vocal tract, time is stretched, noise is added,
    and after normalisation bands and stretches of time are masked (SpecAugment, Park 2019).

    Args:
        log_power: log mel power [frames, bands].
        targets: [frames].
        generator: decides on all of it.
    """
    warp = 1 + _uniform(-_LARGEST_WARP, _LARGEST_WARP, generator)
    stretch = 1 + _uniform(-_LARGEST_STRETCH, _LARGEST_STRETCH, generator)
    frames = (torch.arange(round(len(targets) * stretch)) / stretch).long()
    frames = frames.clamp_max(len(targets) - 1)
    variant = (log_power @ _warping(warp))[frames]
    noise_level = variant.mean() + _uniform(*_NOISE_LEVELS, generator)
    noise = noise_level + _NOISE_DEVIATION * torch.randn(variant.shape, generator=generator)
    variant = normalised(torch.logaddexp(variant, noise))
    _mask(variant, generator)
    return variant, targets[frames]


def _uniform(low: float, high: float, generator: torch.Generator) -> float:
    return low + (high - low) * float(torch.rand((), generator=generator))


def _warping(factor: float) -> Tensor:
    """The matrix [bands, bands] that reads band k at k * factor, linearly interpolated."""
    source = (torch.arange(MEL_BANDS) * factor).clamp_max(MEL_BANDS - 1)
    return (1 - (torch.arange(MEL_BANDS)[:, None] - source).abs()).clamp_min(0)


def _mask(features: Tensor, generator: torch.Generator) -> None:
    """Set random bands and stretches of time to the mean, in place."""
    for _ in range(_MASKS):
        _span(features.T, _WIDEST_BAND_MASK, generator).zero_()
    for _ in range(1 + len(features) // _FRAMES_A_MASK):
        _span(features, _LONGEST_MASK, generator).zero_()


def _span(rows: Tensor, longest: int, generator: torch.Generator) -> Tensor:
    """A view of 0 to `longest` rows at a random place."""
    length = min(len(rows), int(_uniform(0, longest + 1, generator)))
    start = int(_uniform(0, len(rows) - length + 1, generator))
    return rows[start : start + length]
