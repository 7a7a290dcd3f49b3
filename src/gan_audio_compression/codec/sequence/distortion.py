"""What the codec over time minimises beside the rate: how far decoded speech is from speech."""

from dataclasses import dataclass

import torch
from torch import Tensor

from gan_audio_compression.signal.bark import BANDS, Band, power_of_log_mel
from gan_audio_compression.signal.disturbance import disturbance_between
from gan_audio_compression.signal.loudness import from_loudness, to_loudness


@dataclass(frozen=True)
class DistortionWeights:
    """Weights beside one for the mean square and the mean absolute error of the loudness.

    Attributes:
        log_mel: of the mean absolute error in nepers.
        disturbance: of the points that PESQ would take off, narrow and wide band together.

    Raises:
        ValueError: a weight is negative.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    log_mel: float = 0.02
    disturbance: float = 0.05

    def __post_init__(self) -> None:
        if min(self.log_mel, self.disturbance) < 0:
            raise ValueError("distortion: the weights log_mel and disturbance are not negative.")


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
    log_mel: Tensor, loudness: Tensor, deviation: Tensor, weights: DistortionWeights
) -> Distortion:
    """Return how far decoded `loudness` is from `log_mel`, both [B, T, 128]; differentiable.

    Args:
        log_mel: of the speech, in nepers.
        loudness: as the generator gives it.
        deviation: of the loudness of training speech, which errors are relative to.
        weights: of the parts.
    """
    error = (loudness - to_loudness(log_mel)) / deviation
    made = from_loudness(loudness)
    nepers = (made - log_mel).abs().mean((1, 2))
    disturbance = torch.stack([_lost_pesq(log_mel, made, band) for band in BANDS]).sum(0)
    loud = error.square().mean((1, 2)) + error.abs().mean((1, 2))
    total = loud + weights.log_mel * nepers + weights.disturbance * disturbance
    return Distortion(total, nepers, disturbance)


def _lost_pesq(log_mel: Tensor, made: Tensor, band: Band) -> Tensor:
    original, decoded = (power_of_log_mel(values, band) for values in (log_mel, made))
    return disturbance_between(original, decoded, band=band, forgive_filter=False).loss
