"""The discriminator's side of a training."""

import torch
from torch import Tensor

from gan_audio_compression.networks.discriminator import Discriminator
from gan_audio_compression.networks.spectral_discriminator import SpectralDiscriminator
from gan_audio_compression.training.losses import (
    adversarial_loss,
    discriminator_losses,
    feature_matching_loss,
)
from gan_audio_compression.training.optimiser import adam, descend


class Adversary:
    """A discriminator that learns beside a generator what its images, or waves, lack.

    Args:
        discriminator: on its device.
        gradient_limit: see `optimiser.descend`.
    """

    def __init__(
        self, discriminator: Discriminator | SpectralDiscriminator, gradient_limit: float | None
    ) -> None:
        self.discriminator = discriminator
        self.optimiser = adam(discriminator.parameters())
        self._gradient_limit = gradient_limit

    def objections(self, real: Tensor, generated: Tensor) -> dict[str, Tensor]:
        """Return the losses of who generated images or waves, by their names in the weights."""
        with torch.no_grad():
            wanted = self.discriminator(real)
        self.discriminator.requires_grad_(False)
        judged = self.discriminator(generated)
        self.discriminator.requires_grad_(True)
        return {
            "adversarial": adversarial_loss(judged),
            "feature_matching": feature_matching_loss(wanted, judged),
        }

    def learn(self, real: Tensor, generated: Tensor, learning_rate: float) -> dict[str, Tensor]:
        """Make a step that tells the two apart; return the losses."""
        on_real, on_generated = discriminator_losses(
            self.discriminator(real), self.discriminator(generated.detach())
        )
        descend(on_real + on_generated, self.optimiser, learning_rate, self._gradient_limit)
        return {"d_real": on_real, "d_generated": on_generated}
