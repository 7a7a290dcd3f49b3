"""The stage: encoder, generator and prior learn together what a bit buys."""

import torch
from torch import Tensor, nn

from gan_audio_compression.codec.sequence.float_prior import FloatPrior, bits_under, thaw_prior
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.networks.discriminator import Discriminator
from gan_audio_compression.networks.sequence.config import LATENT_FRAMES
from gan_audio_compression.networks.sequence.modules import SequenceEncoder, SequenceGenerator
from gan_audio_compression.signal.distortion import distortion
from gan_audio_compression.signal.loudness import to_loudness
from gan_audio_compression.signal.spec import HOP, SAMPLE_RATE
from gan_audio_compression.training.adversary import Adversary
from gan_audio_compression.training.averaged_stage import AveragedStage
from gan_audio_compression.training.optimiser import descend
from gan_audio_compression.training.parallel import part
from gan_audio_compression.training.rounding import felt
from gan_audio_compression.training.sequence.config import SequenceTrainingConfig

_FRAMES_A_SECOND = SAMPLE_RATE / HOP
_BETAS = (0.9, 0.98)
_VALIDATION_QUALITIES = (0.0, 0.25, 0.5, 0.75, 1.0)


class SequenceNetworks(nn.Module):
    """The three networks of the sequence codec.

    Args:
        config: of the training.
        start: the model whose weights they have at first; None for random ones.
    """

    def __init__(self, config: SequenceTrainingConfig, start: SequenceModel | None) -> None:
        super().__init__()
        networks = config.networks
        self._bfloat16 = config.runtime.bfloat16
        self.encoder = SequenceEncoder(networks)
        self.generator = SequenceGenerator(networks)
        self.prior = FloatPrior(networks.latent_channels, networks.prior_width)
        if start is not None:
            self.encoder.load_state_dict(start.tensors.encoder.state_dict())
            self.generator.load_state_dict(start.tensors.generator.state_dict())
            self.prior = thaw_prior(start.prior)

    def set_statistics(self, loudness: Tensor) -> None:
        """Let the networks see loudness [..., 128] with zero mean and a deviation of one."""
        networks: tuple[SequenceEncoder | SequenceGenerator, ...] = (self.encoder, self.generator)
        for network in networks:
            network.mean.copy_(loudness.flatten(0, -2).mean(0))
            network.deviation.copy_(loudness.std())

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
        symbols = latents.round().detach()
        # With a gradient as if they were not rounded (Bengio and others, 2013).
        passed = latents + (symbols - latents).detach()
        means, log_scales = self.prior(passed, quality)
        bits = bits_under(symbols, means, log_scales)
        if noise is not None:
            bits = bits + felt(latents + noise, means, log_scales)
        with self._autocast(log_mel):
            generated: Tensor = self.generator(passed, quality).float()
        return generated, bits.sum((1, 2)) * _FRAMES_A_SECOND / log_mel.shape[1] / 1000

    def _autocast(self, like: Tensor) -> torch.autocast:
        return torch.autocast(like.device.type, torch.bfloat16, enabled=self._bfloat16)


class SequenceStage(AveragedStage[SequenceNetworks]):
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
            networks.encoder.compile()
            networks.generator.compile()
        adversary = self._new_adversary()
        super().__init__(networks, adversary, betas=_BETAS, ema=config.ema)
        self._draws = torch.Generator().manual_seed(config.seed)

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

    def state(self) -> dict[str, Tensor]:
        """Return weights, averages, moments and the state of the random qualities."""
        return super().state() | {"draws": self._draws.get_state()}

    def restore(self, state: dict[str, Tensor]) -> None:
        """Undo `state`."""
        super().restore(state)
        self._draws.set_state(state["draws"])

    def _noise(self, frames: int) -> Tensor:
        """Draw noise as wide as a step of the quantiser for this process's crops."""
        channels = self._config.networks.latent_channels
        size = (self._config.schedule.batch, frames // LATENT_FRAMES, channels)
        return part(torch.rand(size, generator=self._draws) - 0.5).to(self._device)

    def _losses(
        self, log_mel: Tensor, generated: Tensor, rate: Tensor, quality: Tensor
    ) -> dict[str, Tensor]:
        trade = self._config.trade
        deviation = self.model.encoder.deviation
        lost = distortion(log_mel, generated, deviation, self._config.distortion)
        return {
            "distortion": lost.total,
            "cost": trade.lowest_quality * torch.exp(trade.slope * quality) * rate,
            "kbit_s": rate,
            "log_mel": lost.log_mel,
            "disturbance": lost.disturbance,
        }

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
        return ((loudness - encoder.mean) / encoder.deviation).transpose(1, 2)[:, None]
