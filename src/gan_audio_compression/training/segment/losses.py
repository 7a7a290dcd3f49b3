"""What both stages of the segment codec minimise."""

import torch
from torch import Tensor
from torch.nn import functional

from gan_audio_compression.codec.segment.objective import heard_distortion
from gan_audio_compression.training.segment.config import LossWeights


def image_losses(generated: Tensor, images: Tensor, weights: LossWeights) -> dict[str, Tensor]:
    """Return the losses of generated images [S, 1, 128, 128] that have a weight, by name."""
    losses = {"mse": functional.mse_loss(generated.float(), images)}
    if weights.distortion:
        losses["distortion"] = heard_distortion(generated.float(), images).mean()
    return losses


def weighted(losses: dict[str, Tensor], weights: object) -> Tensor:
    """Return the sum of losses, each times the weight of its name."""
    return torch.stack([getattr(weights, name) * loss for name, loss in losses.items()]).sum()
