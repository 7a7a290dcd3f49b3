"""The objective F: how far what the generator makes is from the signal."""

from collections.abc import Callable

from torch import Tensor

from gan_audio_compression.signal.bark import BANDS, Band, power_of_log_mel
from gan_audio_compression.signal.disturbance import disturbance_between
from gan_audio_compression.signal.segments import from_unit_range

Objective = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Takes the generator's images and the signal's, [S, 1, H, W] in [-1, 1], and the mask
[S, 1, 1, W] of real frames; gives a value a segment, [S]."""

# Chosen on validation speech, see `perceptual`.
_ABSOLUTE_WEIGHT, _DISTURBANCE_WEIGHT = 0.12, 0.0012


def mean_square(decoded: Tensor, reference: Tensor, mask: Tensor) -> Tensor:
    """Return the mean square difference [S] of images where `mask` is one."""
    return _masked_mean((decoded - reference).square(), mask)


def mean_absolute(decoded: Tensor, reference: Tensor, mask: Tensor) -> Tensor:
    """Return the mean absolute difference [S] of images where `mask` is one."""
    return _masked_mean((decoded - reference).abs(), mask)


def perceptual(decoded: Tensor, reference: Tensor, mask: Tensor) -> Tensor:
    """Return mean absolute difference and PESQ's disturbance, narrow and wide band, [S].

    A point of PESQ weighs as much as 1/20 neper. With 1/10 PESQ rises further, but ViSQOL no
    more. The gradient is about as large as that of the mean square, so that the steps and mu of a
    search suit both.
    """
    absolute = mean_absolute(decoded, reference, mask)
    narrow, wide = (_lost_pesq(decoded, reference, mask, band) for band in BANDS)
    return _ABSOLUTE_WEIGHT * absolute + _DISTURBANCE_WEIGHT * (narrow + wide)


def _lost_pesq(decoded: Tensor, reference: Tensor, mask: Tensor, band: Band) -> Tensor:
    original, made = (
        power_of_log_mel(from_unit_range(images.squeeze(1).transpose(1, 2)), band)
        for images in (reference, decoded)
    )
    frames = mask.flatten(1)
    return disturbance_between(original, made, frames, band=band, forgive_filter=False).loss


def _masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    return (values * mask).sum((1, 2, 3)) / (mask.sum((1, 2, 3)) * values.shape[2])


OBJECTIVES: dict[str, Objective] = {
    "mse": mean_square,
    "l1": mean_absolute,
    "perceptual": perceptual,
}
