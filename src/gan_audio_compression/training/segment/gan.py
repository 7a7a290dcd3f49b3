"""The GAN stage: generator, discriminator and encoder learn together."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from gan_audio_compression.networks.discriminator import Discriminator
from gan_audio_compression.networks.segment.config import SegmentConfig
from gan_audio_compression.networks.segment.encoder import SegmentEncoder
from gan_audio_compression.networks.segment.generator import SegmentGenerator
from gan_audio_compression.networks.segment.initialisation import initialise
from gan_audio_compression.training.adversary import Adversary
from gan_audio_compression.training.averaged_stage import AveragedStage
from gan_audio_compression.training.config import RuntimeConfig
from gan_audio_compression.training.optimiser import BETAS, descend, use_channels_last
from gan_audio_compression.training.segment.config import GanStageConfig


class AutoEncoder(nn.Module):
    """Encoder and generator in a row: images [B, 1, 128, 128] to images of the same shape."""

    def __init__(self, config: SegmentConfig) -> None:
        super().__init__()
        self.encoder = SegmentEncoder(config)
        self.generator = SegmentGenerator(config)

    def forward(self, images: Tensor) -> Tensor:
        reconstruction: Tensor = self.generator(self.encoder(images))
        return reconstruction


class GanStage(AveragedStage[AutoEncoder]):
    """Trains by least-squares GAN loss, feature matching and mean square error.

    Args:
        networks: their shape.
        config: of this stage.
        runtime: device and precision.
        validation: fixed segments [S, 1, 128, 128].
        seed: of initial weights.
    """

    name = "gan"

    def __init__(
        self,
        networks: SegmentConfig,
        config: GanStageConfig,
        runtime: RuntimeConfig,
        validation: Tensor,
        seed: int,
    ) -> None:
        self._config = config
        self._runtime = runtime
        self._device = torch.device(runtime.device)
        self._validation = validation
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            model = AutoEncoder(networks)
            discriminator = Discriminator(
                networks.discriminator_width,
                networks.discriminator_layers,
                networks.discriminator_scales,
            )
            for network in (model, discriminator):
                # On the CPU, so that every device starts from the same weights.
                initialise(network)
        for network in (model, discriminator):
            use_channels_last(network.to(self._device))
        if runtime.compile:
            for part in (model.encoder, model.generator, discriminator):
                part.compile()
        limit = config.schedule.gradient_limit
        adversary = Adversary(discriminator, limit, runtime.bfloat16)
        super().__init__(model, adversary, betas=BETAS, ema=config.ema)
        self._adversary: Adversary = adversary

    def start_epoch(self, epoch: int) -> None:
        """Networks learn with the statistics of each batch."""
        self.model.train()
        self._adversary.discriminator.train()

    def step(self, images: Tensor, learning_rate: float) -> dict[str, Tensor]:
        """Update generator and encoder, then the discriminator; return the losses."""
        images = images.to(self._device, memory_format=torch.channels_last)
        device = self._device.type
        with torch.autocast(device, torch.bfloat16, enabled=self._runtime.bfloat16):
            generated = self.model(images)
        losses = self._adversary.objections(images, generated)
        losses["mse"] = functional.mse_loss(generated.float(), images)
        weights = self._config.loss
        total = torch.stack([getattr(weights, name) * loss for name, loss in losses.items()]).sum()
        descend(total, self._optimiser, learning_rate, self._config.schedule.gradient_limit)
        losses |= self._adversary.learn(generated, learning_rate)
        self._average.update_parameters(self.model)
        return {name: loss.detach().float() for name, loss in losses.items()}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Return the mean square error of the averaged networks on validation segments."""
        model = self.averaged().eval()
        errors = []
        for images in self._validation.split(32):
            on_device = images.to(self._device)
            errors.append((model(on_device).float() - on_device).square().mean((1, 2, 3)))
        return {"validation_mse": torch.cat(errors).mean().item()}
