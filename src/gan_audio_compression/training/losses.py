"""Least-squares GAN losses and feature matching."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

Features = Sequence[Sequence[Tensor]]
"""What the discriminator gives: for each scale the output of each layer, the last the verdicts."""


def discriminator_losses(real: Features, generated: Features) -> tuple[Tensor, Tensor]:
    """Return the least-squares losses on real and on generated images (Mao et al., 2017).

    Real patches should be judged 1, generated ones 0; the mean over scales.
    """
    on_real = torch.stack([(1.0 - scale[-1]).square().mean() for scale in real]).mean()
    on_generated = torch.stack([scale[-1].square().mean() for scale in generated]).mean()
    return on_real, on_generated


def adversarial_loss(generated: Features) -> Tensor:
    """Return the generator's least-squares loss: generated patches should be judged 1."""
    return torch.stack([(1.0 - scale[-1]).square().mean() for scale in generated]).mean()


def feature_matching_loss(real: Features, generated: Features) -> Tensor:
    """Return the mean absolute difference of the discriminator's features (Wang et al., 2018)."""
    return torch.stack(
        [
            functional.l1_loss(ours, theirs.detach())
            for scale, target in zip(generated, real, strict=True)
            for ours, theirs in zip(scale[:-1], target[:-1], strict=True)
        ]
    ).mean()
