"""The GAN stage: generator, discriminator and encoder learn together."""

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from gan_audio_compression.networks.config import NetworkConfig
from gan_audio_compression.networks.discriminator import Discriminator
from gan_audio_compression.networks.encoder import Encoder
from gan_audio_compression.networks.generator import Generator
from gan_audio_compression.networks.initialisation import initialise
from gan_audio_compression.training.checkpoint import pack, unpack
from gan_audio_compression.training.config import GanStageConfig, RuntimeConfig
from gan_audio_compression.training.losses import (
    adversarial_loss,
    discriminator_losses,
    feature_matching_loss,
    mean_feature_matching_loss,
)
from gan_audio_compression.training.optimiser import adam, descend, use_channels_last


class AutoEncoder(nn.Module):
    """Encoder and generator in a row: images [B, 1, 128, 128] to images of the same shape."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.encoder = Encoder(config)
        self.generator = Generator(config)

    def forward(self, images: Tensor) -> Tensor:
        reconstruction: Tensor = self.generator(self.encoder(images))
        return reconstruction


class GanStage:
    """Trains by least-squares GAN loss, feature matching and mean square error.

    Without the encoder the generator learns from latents drawn evenly from [0, 1]: images and
    reals are no pairs then, so features are matched in the mean and there is no square error.

    Args:
        networks: their shape.
        config: of this stage.
        runtime: device and precision.
        validation: fixed segments [S, 1, 128, 128].
        seed: of initial weights and of random latents.
    """

    name = "gan"

    def __init__(
        self,
        networks: NetworkConfig,
        config: GanStageConfig,
        runtime: RuntimeConfig,
        validation: Tensor,
        seed: int,
    ) -> None:
        torch.manual_seed(seed)
        self._config = config
        self._runtime = runtime
        self._device = torch.device(runtime.device)
        self._validation = validation
        self._latents = torch.Generator().manual_seed(seed)
        self._latent_shape = (networks.latent_channels, 8, 8)
        self.model, self.discriminator = AutoEncoder(networks), Discriminator(networks)
        for network in (self.model, self.discriminator):
            # On the CPU, so that every device starts from the same weights.
            initialise(network)
            use_channels_last(network.to(self._device))
        trained = self.model if config.train_encoder else self.model.generator
        self._optimiser = adam(trained.parameters())
        self._discriminator_optimiser = adam(self.discriminator.parameters())
        self._average = AveragedModel(
            self.model, multi_avg_fn=get_ema_multi_avg_fn(config.ema), use_buffers=True
        )
        if runtime.compile:
            for part in (self.model.encoder, self.model.generator, self.discriminator):
                part.compile()

    def start_epoch(self, epoch: int) -> None:
        """Networks learn with the statistics of each batch."""
        self.model.train()
        self.discriminator.train()

    def step(self, images: Tensor, learning_rate: float) -> dict[str, Tensor]:
        """Update generator and encoder, then the discriminator; return the losses."""
        images = images.to(self._device, memory_format=torch.channels_last)
        limit = self._config.schedule.gradient_limit
        with self._autocast():
            generated = self._generate(images)
            real = self.discriminator(images)
            generator_loss, losses = self._generator_loss(images, generated, real)
        descend(generator_loss, self._optimiser, learning_rate, limit)
        with self._autocast():
            on_real, on_generated = discriminator_losses(
                real, self.discriminator(generated.detach())
            )
        descend(on_real + on_generated, self._discriminator_optimiser, learning_rate, limit)
        self._average.update_parameters(self.model)
        losses |= {"d_real": on_real, "d_generated": on_generated}
        return {name: loss.detach().float() for name, loss in losses.items()}

    def _generate(self, images: Tensor) -> Tensor:
        if self._config.train_encoder:
            reconstruction: Tensor = self.model(images)
            return reconstruction
        latent = torch.rand(len(images), *self._latent_shape, generator=self._latents)
        generated: Tensor = self.model.generator(latent.to(self._device))
        return generated

    def _generator_loss(
        self, images: Tensor, generated: Tensor, real: list[list[Tensor]]
    ) -> tuple[Tensor, dict[str, Tensor]]:
        self.discriminator.requires_grad_(False)
        judged = self.discriminator(generated)
        self.discriminator.requires_grad_(True)
        match = feature_matching_loss if self._config.train_encoder else mean_feature_matching_loss
        losses = {
            "adversarial": adversarial_loss(judged),
            "feature_matching": match(real, judged),
        }
        if self._config.train_encoder:
            losses["mse"] = functional.mse_loss(generated.float(), images)
        weights = self._config.loss
        total = torch.stack([getattr(weights, name) * loss for name, loss in losses.items()]).sum()
        return total, losses

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Return the mean square error of the averaged networks on validation segments."""
        if not self._config.train_encoder:
            return {}
        model = self.averaged().eval()
        errors = []
        for images in self._validation.split(32):
            on_device = images.to(self._device)
            errors.append((model(on_device).float() - on_device).square().mean((1, 2, 3)))
        return {"validation_mse": torch.cat(errors).mean().item()}

    def averaged(self) -> AutoEncoder:
        """Return the running average of encoder and generator."""
        average = self._average.module
        assert isinstance(average, AutoEncoder)
        return average

    def _autocast(self) -> torch.autocast:
        return torch.autocast(
            self._device.type, dtype=torch.bfloat16, enabled=self._runtime.bfloat16
        )

    def state(self) -> dict[str, Tensor]:
        """Return weights, averages, moments and the state of the random latents."""
        return pack(self._modules(), self._optimisers()) | {"latents": self._latents.get_state()}

    def restore(self, state: dict[str, Tensor]) -> None:
        """Undo `state`."""
        unpack(state, self._modules(), self._optimisers())
        self._latents.set_state(state["latents"])

    def _modules(self) -> dict[str, nn.Module]:
        return {
            "model": self.model,
            "discriminator": self.discriminator,
            "average": self._average,
        }

    def _optimisers(self) -> dict[str, torch.optim.Optimizer]:
        return {"optimiser": self._optimiser, "d_optimiser": self._discriminator_optimiser}
