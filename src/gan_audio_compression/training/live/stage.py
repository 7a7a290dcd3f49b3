"""The stage: encoder, generator and prior learn together what a bit buys, in packets."""

import math

import torch
from torch import Tensor

from gan_audio_compression.networks.live.config import LATENT_FRAMES
from gan_audio_compression.signal.arrays import at_least
from gan_audio_compression.signal.distortion import distortion
from gan_audio_compression.signal.loudness import to_loudness
from gan_audio_compression.signal.spec import FLOOR
from gan_audio_compression.training.averaged_stage import AveragedStage
from gan_audio_compression.training.live.conditions import Conditions, clean, drawn
from gan_audio_compression.training.live.config import LiveTrainingConfig
from gan_audio_compression.training.live.networks import LiveNetworks
from gan_audio_compression.training.optimiser import descend

_BETAS = (0.9, 0.98)
_NEPERS_A_DB = math.log(10) / 20
# Watched at 80 ms of packet with the whole look-ahead, and at 40 ms with none.
_VALIDATION_QUALITIES = (0.0, 0.25, 0.5, 0.75, 1.0)
_VALIDATION_MODES = {"80": (2, 5), "40": (1, 0)}


class LiveStage(AveragedStage[LiveNetworks]):
    """Minimises distortion + lambda rate, under conditions drawn at random.

    Args:
        config: of the training.
        networks: to begin with, on the CPU.
        validation: fixed crops [B, T, 128].
    """

    name = "live"

    def __init__(
        self, config: LiveTrainingConfig, networks: LiveNetworks, validation: Tensor
    ) -> None:
        self._config = config
        self._device = torch.device(config.runtime.device)
        self._validation = validation.to(self._device)
        if config.runtime.compile:
            networks.encoder.compile()
            networks.generator.compile()
        super().__init__(networks.to(self._device), None, betas=_BETAS, ema=config.ema)
        self._draws = torch.Generator().manual_seed(config.seed)

    def step(self, images: Tensor, learning_rate: float) -> dict[str, Tensor]:
        """Learn from crops [B, T, 128] in nepers; return losses and the rate in kbit/s."""
        offset = (2 * torch.rand(len(images), 1, 1, generator=self._draws) - 1) * self._config.level
        log_mel = at_least(images + _NEPERS_A_DB * offset, FLOOR).to(self._device)
        latents = images.shape[1] // LATENT_FRAMES
        conditions = drawn(len(images), latents, self._config.loss, self._draws)
        shape = (len(images), latents, self._config.networks.latent_channels)
        noise = torch.rand(shape, generator=self._draws) - 0.5
        generated, rate = self.model(to_loudness(log_mel), conditions, noise.to(self._device))
        losses = self._losses(log_mel, generated, rate, conditions)
        total = losses["distortion"].mean() + losses["cost"].mean()
        descend(total, self._optimiser, learning_rate, self._config.schedule.gradient_limit)
        self._average.update_parameters(self.model)
        return {name: loss.detach().mean() for name, loss in losses.items()}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Return the averaged networks' distortion and kbit/s at some qualities, without loss."""
        figures = {}
        count, latents = len(self._validation), self._validation.shape[1] // LATENT_FRAMES
        for mode, (packet, ahead) in _VALIDATION_MODES.items():
            for quality in _VALIDATION_QUALITIES:
                conditions = clean(count, latents, packet, ahead, quality)
                generated, rate = self.averaged()(to_loudness(self._validation), conditions)
                losses = self._losses(self._validation, generated, rate, conditions)
                for name in ("distortion", "disturbance", "kbit_s"):
                    figures[f"validation_{name}_{mode}_{quality:g}"] = losses[name].mean().item()
        return figures

    def state(self) -> dict[str, Tensor]:
        """Return weights, averages, moments and the state of the draws."""
        return super().state() | {"draws": self._draws.get_state()}

    def restore(self, state: dict[str, Tensor]) -> None:
        """Undo `state`."""
        super().restore(state)
        self._draws.set_state(state["draws"])

    def _losses(
        self, log_mel: Tensor, generated: Tensor, rate: Tensor, conditions: Conditions
    ) -> dict[str, Tensor]:
        trade = self._config.trade
        deviation = self.model.encoder.deviation
        lost = distortion(log_mel, generated, deviation, self._config.distortion)
        cost = trade.lowest_quality * torch.exp(trade.slope * conditions.quality.mean(1)) * rate
        return {
            "distortion": lost.total,
            "cost": cost,
            "kbit_s": rate,
            "log_mel": lost.log_mel,
            "disturbance": lost.disturbance,
        }
