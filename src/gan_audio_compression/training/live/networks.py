"""The three networks of the live codec, and what they make of crops."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from gan_audio_compression.codec.sequence.float_prior import FloatPrior, bits_under
from gan_audio_compression.networks.live.config import LATENT_FRAMES, MOST_AHEAD, LiveConfig
from gan_audio_compression.networks.live.modules import LiveEncoder, LiveGenerator, OverPackets
from gan_audio_compression.signal.spec import HOP, SAMPLE_RATE
from gan_audio_compression.training.live.conditions import Conditions
from gan_audio_compression.training.rounding import felt

_LATENTS_A_SECOND = SAMPLE_RATE / HOP / LATENT_FRAMES


class LiveNetworks(nn.Module):
    """Encoder, generator and prior.

    Args:
        config: shape of the networks.
        bfloat16: whether encoder and generator compute under autocast.
    """

    def __init__(self, config: LiveConfig, bfloat16: bool = False) -> None:
        super().__init__()
        self._bfloat16 = bfloat16
        self.encoder = LiveEncoder(config)
        self.generator = LiveGenerator(config)
        self.prior = FloatPrior(config.latent_channels, config.prior_width)

    def set_statistics(self, loudness: Tensor) -> None:
        """Let the networks see loudness [..., 128] with zero mean and a deviation of one."""
        networks: tuple[LiveEncoder | LiveGenerator, ...] = (self.encoder, self.generator)
        for network in networks:
            network.mean.copy_(loudness.flatten(0, -2).mean(0))
            network.deviation.copy_(loudness.std())

    def forward(
        self, loudness: Tensor, conditions: Conditions, noise: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return what the receiver makes of crops [B, 5 N, 128] of loudness, and kbit/s [B].

        Args:
            loudness: the crops.
            conditions: under which they are sent.
            noise: in -0.5 .. 0.5, [B, N, C]; None where the encoder needs no gradient.
        """
        latents = self.latents(loudness, conditions)
        symbols = latents.round().detach()
        # With a gradient as if they were not rounded (Bengio and others, 2013).
        passed = latents + (symbols - latents).detach()
        means, log_scales = self._distributions(passed, conditions)
        bits = bits_under(symbols, means, log_scales)
        if noise is not None:
            bits = bits + felt(latents + noise, means, log_scales)
        with self._autocast(loudness):
            generated: Tensor = self.generator(
                passed, conditions.lost, conditions.known, _mix(conditions)
            ).float()
        return generated, bits.sum((1, 2)) * _LATENTS_A_SECOND / latents.shape[1] / 1000

    def latents(self, loudness: Tensor, conditions: Conditions) -> Tensor:
        """Return the latents [B, N, C] of crops [B, 5 N, 128] of loudness."""
        ahead, seen = _ahead(loudness, conditions)
        with self._autocast(loudness):
            latents: Tensor = self.encoder(
                loudness, ahead, seen, conditions.quality, _mix(conditions)
            ).float()
        return latents

    def _distributions(self, symbols: Tensor, conditions: Conditions) -> tuple[Tensor, Tensor]:
        """Return means and logarithms of scales [B, N, C], of packets with a memory of some."""
        packet, memory = conditions.packet, conditions.memory
        known = packet * memory
        windows = functional.pad(symbols, (0, 0, known, 0)).unfold(1, known + packet, packet)
        windows = windows.transpose(2, 3).flatten(0, 1)
        quality = conditions.quality[:, ::packet].flatten()
        states = self.prior.states(windows, quality)[:, known:]
        return self.prior.distributions(symbols, states.reshape(*symbols.shape[:2], -1))

    def _autocast(self, like: Tensor) -> torch.autocast:
        return torch.autocast(like.device.type, torch.bfloat16, enabled=self._bfloat16)


def _mix(conditions: Conditions) -> OverPackets:
    return OverPackets(conditions.packet)


def _ahead(loudness: Tensor, conditions: Conditions) -> tuple[Tensor, Tensor]:
    """Return what follows each latent frame, [B, N, 5, 128], and what of it is seen, [B, N, 5]."""
    patches = loudness.unflatten(1, (-1, LATENT_FRAMES))
    ahead = functional.pad(patches[:, 1:], (0, 0, 0, 0, 0, 1))
    place = torch.arange(MOST_AHEAD, device=loudness.device)
    seen = (place < conditions.ahead[:, None, None]).to(loudness.dtype)
    seen = seen.expand(-1, patches.shape[1], -1).clone()
    seen[:, -1] = 0
    return ahead, seen
