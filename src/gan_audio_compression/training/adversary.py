"""The discriminator's side of a training."""

import torch
from torch import Tensor

from gan_audio_compression.networks.discriminator import Discriminator
from gan_audio_compression.training.losses import (
    Features,
    adversarial_loss,
    discriminator_losses,
    feature_matching_loss,
)
from gan_audio_compression.training.optimiser import adam, descend


class Adversary:
    """A discriminator that learns beside a generator what its images lack.

    Args:
        discriminator: on its device.
        gradient_limit: see `optimiser.descend`.
        bfloat16: whether it computes under autocast.
    """

    def __init__(
        self, discriminator: Discriminator, gradient_limit: float | None, bfloat16: bool = False
    ) -> None:
        self.discriminator = discriminator
        self.optimiser = adam(discriminator.parameters())
        self._gradient_limit = gradient_limit
        self._bfloat16 = bfloat16
        self._real: Features = []

    def objections(self, real: Tensor, generated: Tensor) -> dict[str, Tensor]:
        """Return the losses of who generated images, by their names in the weights."""
        with self._autocast(real):
            self._real = self.discriminator(real)
            self.discriminator.requires_grad_(False)
            judged = self.discriminator(generated)
            self.discriminator.requires_grad_(True)
            return {
                "adversarial": adversarial_loss(judged),
                "feature_matching": feature_matching_loss(self._real, judged),
            }

    def learn(self, generated: Tensor, learning_rate: float) -> dict[str, Tensor]:
        """Make a step that tells generated images from the last real ones; return the losses."""
        with self._autocast(generated):
            on_real, on_generated = discriminator_losses(
                self._real, self.discriminator(generated.detach())
            )
        descend(on_real + on_generated, self.optimiser, learning_rate, self._gradient_limit)
        return {"d_real": on_real, "d_generated": on_generated}

    def _autocast(self, like: Tensor) -> torch.autocast:
        return torch.autocast(like.device.type, torch.bfloat16, enabled=self._bfloat16)
