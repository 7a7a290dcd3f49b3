"""The GAN stage: generator, discriminator and encoder learn together."""

import torch
from torch import Tensor, nn

from gan_audio_compression.codec.segment.quantiser import Quantiser, even_levels
from gan_audio_compression.networks.discriminator import Discriminator
from gan_audio_compression.networks.segment.config import SegmentConfig
from gan_audio_compression.networks.segment.initialisation import initialise
from gan_audio_compression.networks.segment.networks import new_encoder, new_generator
from gan_audio_compression.training.adversary import Adversary
from gan_audio_compression.training.averaged_stage import AveragedStage
from gan_audio_compression.training.optimiser import BETAS, descend, use_channels_last
from gan_audio_compression.training.segment.config import SegmentTrainingConfig
from gan_audio_compression.training.segment.losses import image_losses, weighted


class AutoEncoder(nn.Module):
    """Encoder and generator in a row: images [B, 1, 128, 128] to images of the same shape."""

    def __init__(self, config: SegmentConfig) -> None:
        super().__init__()
        self.encoder = new_encoder(config)
        self.generator = new_generator(config)

    def forward(self, images: Tensor, quantiser: Quantiser | None = None) -> Tensor:
        """Return what the generator makes of latents, on the levels of a quantiser if given."""
        latent = self.encoder(images)
        if quantiser is not None:
            latent = quantiser.straight_through(latent.float())
        reconstruction: Tensor = self.generator(latent)
        return reconstruction


class GanStage(AveragedStage[AutoEncoder]):
    """Trains by least-squares GAN loss, feature matching and what both stages minimise.

    Args:
        config: of the training.
        validation: fixed segments [S, 1, 128, 128].
        start: the networks to go on from, which change; None for new ones.
    """

    name = "gan"

    def __init__(
        self, config: SegmentTrainingConfig, validation: Tensor, start: AutoEncoder | None = None
    ) -> None:
        self._config, self._runtime = config.gan, config.runtime
        self._loss = config.loss
        self._device = torch.device(config.runtime.device)
        self._validation = validation
        self._quantiser = None
        if config.gan.quantised:
            self._quantiser = Quantiser(even_levels(config.levels)).to(self._device)
        judge = config.gan.adversarial
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            model = AutoEncoder(config.networks)
            discriminator = Discriminator(judge.width, judge.layers, judge.scales)
            # On the CPU, so that every device starts from the same weights.
            for network in (model, discriminator):
                initialise(network)
        model = model if start is None else start
        for network in (model, discriminator):
            use_channels_last(network.to(self._device))
        if config.runtime.compile:
            for part in (model.encoder, model.generator, discriminator):
                part.compile()
        limit = config.gan.schedule.gradient_limit
        adversary = Adversary(discriminator, limit, config.runtime.bfloat16)
        super().__init__(model, adversary, betas=BETAS, ema=config.gan.ema)
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
            generated = self.model(images, self._quantiser)
        objections = self._adversary.objections(images, generated)
        losses = image_losses(generated, images, self._loss)
        total = weighted(objections, self._config.adversarial) + weighted(losses, self._loss)
        descend(total, self._optimiser, learning_rate, self._config.schedule.gradient_limit)
        judged = self._adversary.learn(generated, learning_rate)
        self._average.update_parameters(self.model)
        every = losses | objections | judged
        return {name: loss.detach().float() for name, loss in every.items()}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Return the losses of the averaged networks on validation segments."""
        model = self.averaged().eval()
        images = self._validation.to(self._device)
        generated = torch.cat([model(part, self._quantiser) for part in images.split(32)])
        losses = image_losses(generated, images, self._loss)
        return {f"validation_{name}": loss.item() for name, loss in losses.items()}
