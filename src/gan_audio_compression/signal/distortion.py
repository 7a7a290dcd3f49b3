"""How far decoded speech is from speech: what trainings and searches minimise beside the rate."""

from dataclasses import dataclass

import torch
from torch import Tensor

from gan_audio_compression.signal.distortion_weights import DistortionWeights
from gan_audio_compression.signal.loudness import from_loudness, to_loudness
from gan_audio_compression.signal.pesq_disturbance import lost_pesq


@dataclass(frozen=True, eq=False)
class Distortion:
    """Parts of the distortion of each crop, [B].

    Attributes:
        total: with its weights.
        log_mel: mean absolute error in nepers.
        disturbance: points that PESQ would take off, narrow and wide band together.
    """

    total: Tensor
    log_mel: Tensor
    disturbance: Tensor


def distortion(
    log_mel: Tensor,
    loudness: Tensor,
    deviation: Tensor | float,
    weights: DistortionWeights,
    mask: Tensor | None = None,
) -> Distortion:
    """Return how far decoded `loudness` is from `log_mel`, both [B, T, 128]; differentiable.

    Args:
        log_mel: of the speech, in nepers.
        loudness: as the generator gives it.
        deviation: of the loudness of training speech, which errors are relative to.
        weights: of the parts.
        mask: [B, T], one where a frame counts; None if all do.
    """
    counted = torch.ones_like(log_mel[..., 0]) if mask is None else mask
    error = (loudness - to_loudness(log_mel)) / deviation
    decoded = from_loudness(loudness)
    nepers = _mean((decoded - log_mel).abs(), counted)
    disturbance = lost_pesq(log_mel, decoded, counted)
    loud = _mean(error.square() + error.abs(), counted)
    total = loud + weights.log_mel * nepers + weights.disturbance * disturbance
    return Distortion(total, nepers, disturbance)


def _mean(values: Tensor, counted: Tensor) -> Tensor:
    """Return the mean [B] of values [B, T, 128] over the frames that count."""
    return (values.mean(-1) * counted).sum(-1) / counted.sum(-1)
