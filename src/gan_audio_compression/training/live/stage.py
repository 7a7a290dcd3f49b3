"""The stage: encoder, generator and prior learn together what a bit buys, in packets."""

import math
from functools import partial

import torch
from torch import Tensor

from gan_audio_compression.networks.live.config import LATENT_FRAMES
from gan_audio_compression.signal.arrays import at_least
from gan_audio_compression.signal.distortion import distortion
from gan_audio_compression.signal.loudness import to_loudness
from gan_audio_compression.signal.spec import FLOOR
from gan_audio_compression.training.averaged_stage import DrawingStage
from gan_audio_compression.training.live.conditions import Conditions, drawn, steady
from gan_audio_compression.training.live.config import LiveTrainingConfig
from gan_audio_compression.training.live.networks import LiveNetworks
from gan_audio_compression.training.optimiser import descend
from gan_audio_compression.training.parallel import part
from gan_audio_compression.training.trade_losses import trade_losses

_BETAS = (0.9, 0.98)
_NEPERS_A_DB = math.log(10) / 20
# Watched with packets of 80 and 40 ms, and where each fifth packet of 80 ms is lost.
_VALIDATION_QUALITIES = (0.0, 0.25, 0.5, 0.75, 1.0)
_VALIDATION_MODES = {"80": (2, None), "40": (1, None), "80_lost": (2, 5)}
_VALIDATION_AHEAD = 1


class LiveStage(DrawingStage[LiveNetworks]):
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
            networks.compile_both()
        networks.to(self._device)
        super().__init__(networks, None, betas=_BETAS, ema=config.ema, seed=config.seed)

    def step(self, images: Tensor, learning_rate: float) -> dict[str, Tensor]:
        """Learn from crops [B, T, 128] in nepers; return losses and the rate in kbit/s."""
        batch, latents = self._config.schedule.batch, images.shape[1] // LATENT_FRAMES
        offset = (2 * torch.rand(batch, 1, 1, generator=self._draws) - 1) * self._config.level
        log_mel = at_least(images + _NEPERS_A_DB * part(offset), FLOOR).to(self._device)
        conditions = drawn(batch, latents, self._config.loss, self._draws).each(self._own)
        shape = (batch, latents, self._config.networks.latent_channels)
        noise = self._own(torch.rand(shape, generator=self._draws) - 0.5)
        generated, rate = self.model(to_loudness(log_mel), conditions, noise)
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
        for mode, (packet, lost) in _VALIDATION_MODES.items():
            for quality in _VALIDATION_QUALITIES:
                conditions = steady(count, latents, packet, _VALIDATION_AHEAD, quality, lost)
                conditions = conditions.each(partial(Tensor.to, device=self._device))
                generated, rate = self.averaged()(to_loudness(self._validation), conditions)
                losses = self._losses(self._validation, generated, rate, conditions)
                for name in ("distortion", "disturbance", "kbit_s"):
                    figures[f"validation_{name}_{mode}_{quality:g}"] = losses[name].mean().item()
        return figures

    def _own(self, whole: Tensor) -> Tensor:
        """Return this process's part of what is drawn for a batch."""
        return part(whole).to(self._device)

    def _losses(
        self, log_mel: Tensor, generated: Tensor, rate: Tensor, conditions: Conditions
    ) -> dict[str, Tensor]:
        deviation = self.model.encoder.deviation
        lost = distortion(log_mel, generated, deviation, self._config.distortion)
        return trade_losses(lost, rate, conditions.quality.mean(1), self._config.trade)
