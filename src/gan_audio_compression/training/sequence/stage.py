"""The stage: encoder, generator and prior learn together what a bit buys."""

from functools import partial

import torch
from torch import Tensor

from gan_audio_compression.codec.sequence.float_prior import FloatPrior, thaw_prior
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.networks.discriminator import Discriminator
from gan_audio_compression.networks.sequence.config import LATENT_FRAMES
from gan_audio_compression.networks.sequence.modules import SequenceEncoder, SequenceGenerator
from gan_audio_compression.signal.distortion import distortion
from gan_audio_compression.signal.loudness import to_loudness
from gan_audio_compression.signal.spec import HOP, SAMPLE_RATE
from gan_audio_compression.training.adversary import Adversary
from gan_audio_compression.training.averaged_stage import DrawingStage
from gan_audio_compression.training.codec_networks import CodecNetworks
from gan_audio_compression.training.optimiser import descend
from gan_audio_compression.training.parallel import part
from gan_audio_compression.training.sequence.config import SequenceTrainingConfig
from gan_audio_compression.training.trade_losses import trade_losses

_FRAMES_A_SECOND = SAMPLE_RATE / HOP
_BETAS = (0.9, 0.98)
_VALIDATION_QUALITIES = (0.0, 0.25, 0.5, 0.75, 1.0)


class SequenceNetworks(CodecNetworks):
    """The three networks of the sequence codec.

    Args:
        config: of the training.
        start: the model whose weights they have at first; None for random ones.
    """

    def __init__(self, config: SequenceTrainingConfig, start: SequenceModel | None) -> None:
        networks = config.networks
        super().__init__(
            SequenceEncoder(networks),
            SequenceGenerator(networks),
            FloatPrior(networks.latent_channels, networks.prior_width),
            config.runtime.bfloat16,
        )
        if start is not None:
            self.encoder.load_state_dict(start.tensors.encoder.state_dict())
            self.generator.load_state_dict(start.tensors.generator.state_dict())
            self.prior = thaw_prior(start.prior)

    def forward(
        self, log_mel: Tensor, quality: Tensor, noise: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return what the receiver makes of crops [B, T, 128], as loudness, and kbit/s [B].

        Args:
            log_mel: the crops, in nepers.
            quality: [B] in 0 .. 1.
            noise: in -0.5 .. 0.5, [B, T / 4, C]; None where the encoder needs no gradient.
        """
        with self._autocast(log_mel):
            latents = self.encoder(to_loudness(log_mel), quality).float()
        passed, bits = self._coded(latents, partial(self.prior, quality=quality), noise)
        with self._autocast(log_mel):
            generated: Tensor = self.generator(passed, quality).float()
        return generated, bits.sum((1, 2)) * _FRAMES_A_SECOND / log_mel.shape[1] / 1000


class SequenceStage(DrawingStage[SequenceNetworks]):
    """Minimises distortion + lambda rate, for qualities drawn at random.

    Args:
        config: of the training.
        first: some crops [B, T, 128], for the statistics of the input of new networks.
        validation: fixed crops [B, T, 128].
        start: the model to go on from, of the networks that `config` says; None for new ones.
    """

    name = "sequence"

    def __init__(
        self,
        config: SequenceTrainingConfig,
        first: Tensor,
        validation: Tensor,
        start: SequenceModel | None = None,
    ) -> None:
        self._config = config
        self._device = torch.device(config.runtime.device)
        self._validation = validation.to(self._device)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            networks = SequenceNetworks(config, start)
        if start is None:
            networks.set_statistics(to_loudness(first))
        networks.to(self._device)
        if config.runtime.compile:
            networks.compile_both()
        adversary = self._new_adversary()
        super().__init__(networks, adversary, betas=_BETAS, ema=config.ema, seed=config.seed)

    def step(self, images: Tensor, learning_rate: float) -> dict[str, Tensor]:
        """Learn from crops [B, T, 128] in nepers; return losses and the rate in kbit/s."""
        log_mel = images.to(self._device)
        drawn = torch.rand(self._config.schedule.batch, generator=self._draws)
        quality = part(drawn).to(self._device)
        generated, rate = self.model(log_mel, quality, self._noise(log_mel.shape[1]))
        losses = self._losses(log_mel, generated, rate, quality)
        total = losses["distortion"].mean() + losses["cost"].mean()
        if self._adversary:
            pair = self._image(to_loudness(log_mel)), self._image(generated)
            objections = self._adversary.objections(*pair)
            weights = self._config.adversarial
            total = total + sum(getattr(weights, name) * o for name, o in objections.items())
            losses |= objections
        descend(total, self._optimiser, learning_rate, self._config.schedule.gradient_limit)
        self._average.update_parameters(self.model)
        if self._adversary:
            losses |= self._adversary.learn(pair[1], learning_rate)
        return {name: loss.detach().mean() for name, loss in losses.items()}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Return the averaged networks' distortion and kbit/s at some qualities."""
        figures = {}
        for value in _VALIDATION_QUALITIES:
            quality = torch.full((len(self._validation),), value, device=self._device)
            generated, rate = self.averaged()(self._validation, quality)
            losses = self._losses(self._validation, generated, rate, quality)
            for name in ("distortion", "disturbance", "kbit_s"):
                figures[f"validation_{name}_{value:g}"] = losses[name].mean().item()
        return figures

    def _noise(self, frames: int) -> Tensor:
        """Draw noise as wide as a step of the quantiser for this process's crops."""
        channels = self._config.networks.latent_channels
        size = (self._config.schedule.batch, frames // LATENT_FRAMES, channels)
        return part(torch.rand(size, generator=self._draws) - 0.5).to(self._device)

    def _losses(
        self, log_mel: Tensor, generated: Tensor, rate: Tensor, quality: Tensor
    ) -> dict[str, Tensor]:
        deviation = self.model.encoder.deviation
        lost = distortion(log_mel, generated, deviation, self._config.distortion)
        return trade_losses(lost, rate, quality, self._config.trade)

    def _new_adversary(self) -> Adversary | None:
        config = self._config.adversarial
        if not config.used:
            return None
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self._config.seed)
            discriminator = Discriminator(config.width, config.layers, config.scales)
        limit = self._config.schedule.gradient_limit
        return Adversary(discriminator.to(self._device), limit)

    def _image(self, loudness: Tensor) -> Tensor:
        """Return loudness [B, T, 128] as the discriminator sees it, [B, 1, 128, T]."""
        encoder = self.model.encoder
        normal: Tensor = (loudness - encoder.mean) / encoder.deviation
        return normal.transpose(1, 2)[:, None]
