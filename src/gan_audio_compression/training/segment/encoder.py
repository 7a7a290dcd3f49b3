"""The encoder stage: the generator stays, the encoder learns with the quantiser in the loop."""

import torch
from torch import Tensor, nn

from gan_audio_compression.codec.segment.quantiser import Quantiser, even_levels, fit_levels
from gan_audio_compression.training.checkpoint import pack, unpack
from gan_audio_compression.training.crops import CropSampler
from gan_audio_compression.training.loop import DivergenceError
from gan_audio_compression.training.optimiser import adam, descend, use_channels_last
from gan_audio_compression.training.segment.config import SegmentTrainingConfig
from gan_audio_compression.training.segment.gan import AutoEncoder
from gan_audio_compression.training.segment.losses import image_losses, weighted

LEVEL_BATCHES = 32
"""Batches of the training split whose latents the levels are fitted to."""


class EncoderStage:
    """Trains the encoder on what the generator makes of levels.

    The levels are fitted by k-means to the encoder's latents of training speech before each epoch.

    Args:
        model: encoder and generator of the GAN stage; only the encoder changes.
        sampler: of the training split, for the levels.
        config: of the training.
        validation: fixed segments [S, 1, 128, 128].
    """

    name = "encoder"

    def __init__(
        self,
        model: AutoEncoder,
        sampler: CropSampler,
        config: SegmentTrainingConfig,
        validation: Tensor,
    ) -> None:
        self._config, self._runtime = config, config.runtime
        self._device = torch.device(config.runtime.device)
        self._validation = validation
        self._sampler = sampler
        self.model = model.to(self._device)
        use_channels_last(self.model)
        self.model.generator.requires_grad_(False)
        self._optimiser = adam(self.model.encoder.parameters())
        self.quantiser = Quantiser(even_levels(config.levels)).to(self._device)
        if config.runtime.compile:
            self.model.encoder.compile()
            self.model.generator.compile()

    def start_epoch(self, epoch: int) -> None:
        """Fit the levels anew."""
        self.quantiser = self._fitted_quantiser().to(self._device)
        self.model.encoder.train()
        self.model.generator.eval()

    @torch.no_grad()
    def _fitted_quantiser(self) -> Quantiser:
        self.model.encoder.eval()
        latents = [
            self.model.encoder(self._sampler.batch(step).to(self._device)).float().cpu().flatten()
            for step in range(LEVEL_BATCHES)
        ]
        try:
            return Quantiser(fit_levels(torch.cat(latents).numpy(), self._config.levels))
        except ValueError as error:
            raise DivergenceError(
                "The encoder's latents have become too alike to fit levels to; "
                "lower the learning rate and train again."
            ) from error

    def step(self, images: Tensor, learning_rate: float) -> dict[str, Tensor]:
        """Update the encoder; return the loss."""
        images = images.to(self._device, memory_format=torch.channels_last)
        with torch.autocast(
            self._device.type, dtype=torch.bfloat16, enabled=self._runtime.bfloat16
        ):
            latent = self.quantiser.straight_through(self.model.encoder(images).float())
            generated = self.model.generator(latent)
        losses = image_losses(generated, images, self._config.loss)
        limit = self._config.encoder.schedule.gradient_limit
        total = weighted(losses, self._config.loss)
        descend(total, self._optimiser, learning_rate, limit)
        return {name: loss.detach() for name, loss in losses.items()}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Return the losses of what the receiver makes of validation segments."""
        self.model.eval()
        images = self._validation.to(self._device)
        generated = torch.cat([self.model(part, self.quantiser) for part in images.split(32)])
        losses = image_losses(generated, images, self._config.loss)
        return {f"validation_{name}": loss.item() for name, loss in losses.items()}

    def state(self) -> dict[str, Tensor]:
        """Return weights, moments and levels."""
        return pack({"model": self.model}, self._optimisers()) | {"levels": self.quantiser.levels}

    def restore(self, state: dict[str, Tensor]) -> None:
        """Undo `state`."""
        modules: dict[str, nn.Module] = {"model": self.model}
        unpack(state, modules, self._optimisers())
        self.quantiser = Quantiser(state["levels"].to(self._device))

    def _optimisers(self) -> dict[str, torch.optim.Optimizer]:
        return {"optimiser": self._optimiser}
