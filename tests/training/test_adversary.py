"""The discriminator's side: what it objects to, and how it learns to tell two kinds apart."""

import pytest
import torch
from torch import Tensor

from gan_audio_compression.networks.discriminator import Discriminator
from gan_audio_compression.training.adversary import Adversary


@pytest.fixture
def adversary() -> Adversary:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return Adversary(Discriminator(width=4, layers=2, scales=1), None)


@pytest.fixture
def images() -> tuple[Tensor, Tensor]:
    """Rough images, and smooth ones such as a generator makes at first."""
    rough = torch.randn(4, 1, 32, 32, generator=torch.Generator().manual_seed(1))
    return rough, torch.nn.functional.avg_pool2d(rough, 5, 1, 2)


def test_it_learns_to_tell_two_kinds_apart(
    adversary: Adversary, images: tuple[Tensor, Tensor]
) -> None:
    real, smooth = images
    losses = []
    for _ in range(60):
        adversary.objections(real, smooth)
        losses.append(sum(adversary.learn(smooth, 2e-3).values()))
    assert losses[-1] < 0.5 * losses[0]
    assert float(adversary.objections(real, smooth)["adversarial"]) > 0.5


def test_only_the_generator_gets_a_gradient_of_its_objections(
    adversary: Adversary, images: tuple[Tensor, Tensor]
) -> None:
    real, generated = images[0], images[1].clone().requires_grad_(True)
    objections = adversary.objections(real, generated)
    torch.stack(list(objections.values())).sum().backward()
    assert generated.grad is not None and generated.grad.abs().sum() > 0
    assert all(weight.grad is None for weight in adversary.discriminator.parameters())


def test_what_equals_the_real_matches_its_features(
    adversary: Adversary, images: tuple[Tensor, Tensor]
) -> None:
    assert adversary.objections(images[0], images[0].clone())["feature_matching"] == 0


def test_it_learns_from_the_real_images_that_it_objected_by(
    adversary: Adversary, images: tuple[Tensor, Tensor]
) -> None:
    real, generated = images
    for shown, seen in ((real, True), (generated, False)):
        adversary.objections(shown, generated)
        with torch.no_grad():
            on_real, on_generated = (adversary.discriminator(each)[0][-1] for each in images)
        losses = adversary.learn(generated, 0.0)
        expected = on_real if seen else on_generated
        torch.testing.assert_close(losses["d_real"], (1 - expected).square().mean())
        torch.testing.assert_close(losses["d_generated"], on_generated.square().mean())
