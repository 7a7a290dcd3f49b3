"""The objective F of the segment codec: how far what the generator makes is from the signal."""

from collections.abc import Callable, Mapping

from torch import Tensor

from gan_audio_compression.codec.search.config import ObjectiveName
from gan_audio_compression.signal.pesq_disturbance import lost_pesq
from gan_audio_compression.signal.segments import from_unit_range

Objective = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Takes the generator's images and the signal's, [S, 1, H, W] in [-1, 1], and the mask
[S, 1, 1, W] of real frames; gives a value a segment, [S]."""

# Chosen on validation speech, see `perceptual`.
_ABSOLUTE_WEIGHT, _DISTURBANCE_WEIGHT = 0.12, 0.0012


def mean_square(decoded: Tensor, reference: Tensor, mask: Tensor) -> Tensor:
    """Return the mean square difference [S] of images where `mask` is one: the paper's F."""
    return _masked_mean((decoded - reference).square(), mask)


def perceptual(decoded: Tensor, reference: Tensor, mask: Tensor) -> Tensor:
    """Return mean absolute difference and PESQ's disturbance, narrow and wide band, [S].

    A point of PESQ weighs as much as 1/20 neper. With 1/10 PESQ rises further, but ViSQOL no
    more. The gradient is about as large as that of the mean square, so that the steps and mu of a
    search suit both.
    """
    absolute = _masked_mean((decoded - reference).abs(), mask)
    lost = lost_pesq(_log_mel(reference), _log_mel(decoded), mask.flatten(1))
    return _ABSOLUTE_WEIGHT * absolute + _DISTURBANCE_WEIGHT * lost


def _log_mel(images: Tensor) -> Tensor:
    return from_unit_range(images.squeeze(1).transpose(1, 2))


def _masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    return (values * mask).sum((1, 2, 3)) / (mask.sum((1, 2, 3)) * values.shape[2])


OBJECTIVES: Mapping[ObjectiveName | None, Objective] = {
    None: mean_square,
    "mse": mean_square,
    "perceptual": perceptual,
}
"""Each by its name, and the codec's own."""
