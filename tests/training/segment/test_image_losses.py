"""What both stages minimise: nothing where images are equal, and always something to follow."""

import pytest
import torch
from torch import Tensor

from gan_audio_compression.training.segment.config import LossWeights
from gan_audio_compression.training.segment.losses import image_losses, weighted

BOTH = LossWeights(mse=1.0, distortion=1.0)


@pytest.fixture
def images() -> Tensor:
    return 2.0 * torch.rand(2, 1, 128, 128, generator=torch.Generator().manual_seed(0)) - 1.0


def test_equal_images_have_no_loss(images: Tensor) -> None:
    losses = image_losses(images, images, BOTH)
    assert losses.keys() == {"mse", "distortion"}
    for loss in losses.values():
        assert loss.item() == pytest.approx(0.0, abs=1e-5)
    for loss in image_losses(0.9 * images, images, BOTH).values():
        assert loss > 1e-3


def test_what_has_no_weight_is_not_computed(images: Tensor) -> None:
    losses = image_losses(images + 0.5, images, LossWeights(mse=10.0, distortion=0.0))
    assert losses.keys() == {"mse"}
    assert losses["mse"].item() == pytest.approx(0.25)
    assert weighted(losses, LossWeights(mse=10.0)).item() == pytest.approx(2.5)


def test_the_distortion_hears_what_the_square_error_does_not(images: Tensor) -> None:
    """As much in a loud band as in a silent one: the one is heard, the other hardly."""
    of_silence, of_speech = torch.full_like(images, -1.0), torch.full_like(images, 0.8)
    silent, loud = (image_losses(image + 0.1, image, BOTH) for image in (of_silence, of_speech))
    torch.testing.assert_close(silent["mse"], loud["mse"])
    assert loud["distortion"] > 3 * silent["distortion"]


def test_each_loss_is_weighted_by_its_name(images: Tensor) -> None:
    losses = image_losses(0.5 * images, images, BOTH)
    total = weighted(losses, LossWeights(mse=3.0, distortion=0.5))
    torch.testing.assert_close(total, 3.0 * losses["mse"] + 0.5 * losses["distortion"])


@pytest.mark.parametrize("scale", [1.0, 1e3, 1e6])
def test_the_gradient_of_wild_images_is_finite(images: Tensor, scale: float) -> None:
    wild = (scale * images).requires_grad_()
    total = weighted(image_losses(wild, images, BOTH), BOTH)
    total.backward()
    assert total.isfinite()
    assert wild.grad is not None
    assert wild.grad.isfinite().all()


def test_generated_images_may_be_of_half_precision(images: Tensor) -> None:
    generated = (0.9 * images).bfloat16()
    exact = image_losses(generated.float(), images, BOTH)
    assert image_losses(generated, images, BOTH) == exact
    assert all(loss.dtype == torch.float32 for loss in exact.values())
