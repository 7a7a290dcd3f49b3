"""The objective F: how far what the generator makes is from the signal."""

from collections.abc import Callable

import torch
from torch import Tensor

from gan_audio_compression.codec.distortion import DistortionWeights, distortion, lost_pesq
from gan_audio_compression.signal.loudness import SPREAD, to_loudness
from gan_audio_compression.signal.segments import from_unit_range
from gan_audio_compression.signal.synthesis import heard_log_mel

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
    lost = lost_pesq(_log_mel(reference), _log_mel(decoded), mask.flatten(1))
    return _ABSOLUTE_WEIGHT * absolute + _DISTURBANCE_WEIGHT * lost


def loudness(decoded: Tensor, reference: Tensor, mask: Tensor) -> Tensor:
    """Return what the codec over time learns to keep low: `codec.distortion` of log mels, [S]."""
    return _distortion(_log_mel(decoded), _log_mel(reference), mask)


def waveform(decoded: Tensor, reference: Tensor, mask: Tensor) -> Tensor:
    """Return the same of the log mel that the receiver's waveform will have, [S]."""
    silence = torch.full_like(decoded, -1.0)
    made = _log_mel(torch.where(mask > 0, decoded, silence))
    return _distortion(heard_log_mel(made), _log_mel(reference), mask)


def _distortion(decoded: Tensor, reference: Tensor, mask: Tensor) -> Tensor:
    weights = DistortionWeights()
    return distortion(reference, to_loudness(decoded), SPREAD, weights, mask.flatten(1)).total


def _log_mel(images: Tensor) -> Tensor:
    return from_unit_range(images.squeeze(1).transpose(1, 2))


def _masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    return (values * mask).sum((1, 2, 3)) / (mask.sum((1, 2, 3)) * values.shape[2])


OBJECTIVES: dict[str, Objective] = {
    "mse": mean_square,
    "l1": mean_absolute,
    "perceptual": perceptual,
    "loudness": loudness,
    "waveform": waveform,
}
