"""What a step of the live codec's training draws: packets, what is seen, quality, losses."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Self

import torch
from torch import Tensor

from gan_audio_compression.codec.live.packet_format import MOST_IN_GROUP
from gan_audio_compression.networks.live.config import MOST_AHEAD, PACKET_LATENTS
from gan_audio_compression.training.live.config import LossConfig

# How far the quality strays from packet to packet, as it does where packets are of one size.
_STRAY = 0.15


@dataclass(frozen=True, eq=False)
class Conditions:
    """Under which crops of N latent frames are sent.

    Attributes:
        packet: latent frames in a packet.
        memory: packets before its own that the prior knows, as if all were of one place in a group.
        ahead: [B], frames of the log mel that the encoder sees beyond a packet.
        repaired: [B], one where a lost packet is filled when the next one has come, zero elsewhere.
        quality: [B, N] in 0 .. 1, alike within a packet.
        known: the same as the receiver knows it: of a lost packet that of the one before.
        lost: [B, N], one where a packet has not come, alike within a packet.
    """

    packet: int
    memory: int
    ahead: Tensor
    repaired: Tensor
    quality: Tensor
    known: Tensor
    lost: Tensor

    def each(self, change: Callable[[Tensor], Tensor]) -> Self:
        """Return the same conditions with each tensor changed."""
        changed: dict[str, Any] = {
            name: change(value) for name, value in vars(self).items() if isinstance(value, Tensor)
        }
        return replace(self, **changed)


def drawn(batch: int, latents: int, loss: LossConfig, draws: torch.Generator) -> Conditions:
    """Draw the conditions of a batch of crops of so many latent frames."""
    packet = PACKET_LATENTS[_whole(len(PACKET_LATENTS), draws)]
    packets = latents // packet
    stray = _STRAY * torch.randn(batch, packets, generator=draws)
    quality = (torch.rand(batch, 1, generator=draws) + stray).clamp(0, 1)
    lost = _losses(batch, packets, loss, draws)
    of_packets = quality, _known(quality, lost), lost
    return Conditions(
        packet,
        _whole(MOST_IN_GROUP, draws),
        torch.randint(MOST_AHEAD + 1, (batch,), generator=draws),
        torch.randint(2, (batch,), generator=draws).float(),
        *(values.repeat_interleave(packet, 1) for values in of_packets),
    )


def steady(
    batch: int, latents: int, packet: int, ahead: int, quality: float, lost: int | None = None
) -> Conditions:
    """Return conditions of one quality and a memory of no packet, with losses repaired.

    Args:
        batch, latents: shape of the crops.
        packet, ahead, quality: see `Conditions`.
        lost: every so manieth packet is; None for none.
    """
    qualities, packets = torch.full((batch, latents), quality), torch.arange(latents) // packet
    missing = packets % lost == lost - 1 if lost else torch.zeros(latents)
    seen, repaired = torch.full((batch,), ahead), torch.ones(batch)
    losses = missing.float().expand(batch, latents)
    return Conditions(packet, 0, seen, repaired, qualities, qualities, losses)


def _losses(batch: int, packets: int, loss: LossConfig, draws: torch.Generator) -> Tensor:
    """Draw which packets are lost [B, packets], in bursts (Gilbert, 1960)."""
    uniform = torch.rand(batch, packets + 1, generator=draws)
    lossy, share, longest = torch.rand(3, batch, generator=draws)
    share = loss.most * share * (lossy < loss.crops)
    to_good = 1 / (1 + (loss.longest - 1) * longest)
    to_bad = to_good * share / (1 - share)
    bad = uniform[:, 0] < share
    states = []
    for of_packet in uniform[:, 1:].unbind(1):
        states.append(bad)
        bad = torch.where(bad, of_packet >= to_good, of_packet < to_bad)
    return torch.stack(states, 1).float()


def _known(quality: Tensor, lost: Tensor) -> Tensor:
    """Return qualities [B, packets], of lost packets that of the last that came."""
    numbers = torch.arange(quality.shape[1]).expand_as(quality)
    came = torch.where(lost > 0, 0, numbers).cummax(1).values
    return quality.gather(1, came)


def _whole(count: int, draws: torch.Generator) -> int:
    return int(torch.randint(count, (), generator=draws))
