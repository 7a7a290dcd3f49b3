"""The three networks of the live codec, and what they make of crops."""

from functools import partial

import torch
from torch import Tensor
from torch.nn import functional

from gan_audio_compression.codec.sequence.float_prior import FloatPrior
from gan_audio_compression.networks.live.config import LATENT_FRAMES, MOST_AHEAD, LiveConfig
from gan_audio_compression.networks.live.modules import LiveEncoder, LiveGenerator, OverPackets
from gan_audio_compression.signal.spec import HOP, SAMPLE_RATE
from gan_audio_compression.training.codec_networks import CodecNetworks
from gan_audio_compression.training.live.conditions import Conditions

_LATENTS_A_SECOND = SAMPLE_RATE / HOP / LATENT_FRAMES


class LiveNetworks(CodecNetworks):
    """Encoder, generator and prior.

    Args:
        config: shape of the networks.
        bfloat16: whether encoder and generator compute under autocast.
    """

    def __init__(self, config: LiveConfig, bfloat16: bool = False) -> None:
        prior = FloatPrior(config.latent_channels, config.prior_width)
        super().__init__(LiveEncoder(config), LiveGenerator(config), prior, bfloat16)

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
        distributions = partial(self._distributions, conditions=conditions)
        passed, bits = self._coded(latents, distributions, noise)
        with self._autocast(loudness):
            generated: Tensor = self.generator(
                functional.pad(passed, (0, 0, 0, 1)),
                conditions.lost,
                _following(conditions),
                functional.pad(conditions.known, (0, 1)),
                _mix(conditions),
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


def _mix(conditions: Conditions) -> OverPackets:
    return OverPackets(conditions.packet)


def _following(conditions: Conditions) -> Tensor:
    """Return where the receiver sees the latent frame after one, [B, N].

    Within a packet, and beyond it where it is lost and repaired.
    """
    there = 1 - functional.pad(conditions.lost[:, 1:], (0, 1), value=1.0)
    places = torch.arange(there.shape[1], device=there.device)
    ends = places % conditions.packet == conditions.packet - 1
    return torch.where(ends, conditions.repaired[:, None] * conditions.lost * there, there)


def _ahead(loudness: Tensor, conditions: Conditions) -> tuple[Tensor, Tensor]:
    """Return what follows each latent frame, [B, N, 5, 128], and what of it is seen, [B, N, 5]."""
    patches = loudness.unflatten(1, (-1, LATENT_FRAMES))
    ahead = functional.pad(patches[:, 1:], (0, 0, 0, 0, 0, 1))
    place = torch.arange(MOST_AHEAD, device=loudness.device)
    seen = (place < conditions.ahead[:, None, None]).to(loudness.dtype)
    seen = seen.expand(-1, patches.shape[1], -1).clone()
    seen[:, -1] = 0
    return ahead, seen
