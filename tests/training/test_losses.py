"""Losses have the values that the papers give them, and move only what they should."""

import pytest
import torch
from torch import Tensor

from gan_audio_compression.training.losses import (
    adversarial_loss,
    discriminator_losses,
    feature_matching_loss,
)


def features(verdict: float, seed: int = 0, scales: int = 2) -> list[list[Tensor]]:
    """Two feature maps and a map of verdicts for each scale."""
    random = torch.Generator().manual_seed(seed)
    return [
        [
            torch.randn(3, 4, 9, 9, generator=random),
            torch.randn(3, 8, 5, 5, generator=random),
            torch.full((3, 1, 6, 6), verdict),
        ]
        for _ in range(scales)
    ]


def test_a_perfect_discriminator_has_no_loss() -> None:
    on_real, on_generated = discriminator_losses(features(1.0), features(0.0))
    assert on_real.item() == 0
    assert on_generated.item() == 0


def test_least_squares() -> None:
    on_real, on_generated = discriminator_losses(features(0.25), features(0.25))
    assert on_real.item() == pytest.approx(0.75**2)
    assert on_generated.item() == pytest.approx(0.25**2)
    assert adversarial_loss(features(0.25)).item() == pytest.approx(0.75**2)
    assert adversarial_loss(features(1.0)).item() == 0


def test_scales_weigh_alike_whatever_their_size() -> None:
    scales = [[torch.full((1, 1, 30, 30), 1.0)], [torch.full((1, 1, 2, 2), 0.0)]]
    assert adversarial_loss(scales).item() == pytest.approx(0.5)


def test_equal_features_match() -> None:
    assert feature_matching_loss(features(1.0), features(0.0)).item() == 0


def test_features_are_compared_by_their_mean_absolute_difference() -> None:
    moved = [[layer - 0.3 for layer in scale] for scale in features(1.0)]
    assert feature_matching_loss(features(1.0), moved).item() == pytest.approx(0.3, abs=1e-6)


def test_feature_matching_moves_the_generated_side_alone() -> None:
    real, generated = features(1.0, seed=1), features(0.0, seed=2)
    for layer in [layer for side in (real, generated) for scale in side for layer in scale]:
        layer.requires_grad_(True)
    feature_matching_loss(real, generated).backward()
    for ours, theirs in zip(generated, real, strict=True):
        assert all(layer.grad is not None and layer.grad.any() for layer in ours[:-1])
        assert ours[-1].grad is None
        assert all(layer.grad is None for layer in theirs)
