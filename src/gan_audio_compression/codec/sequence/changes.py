"""What single changes of a chunk's latents do, each alone: looked at in a window around it."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from gan_audio_compression.codec.sequence.float_prior import Past, bits_under
from gan_audio_compression.codec.sequence.quality import Quality
from gan_audio_compression.codec.sequence.tensor_networks import TensorNetworks
from gan_audio_compression.networks.sequence.config import LATENT_FRAMES

Distance = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Takes decoded loudness and log mels, [B, T, 128], and a mask [B, T]; gives a value each, [B]."""

# Latent frames beside a change over which its distortion is weighed. Changes whose windows do not
# meet are generated together.
_WEIGHED = 4
_TURNS = 2 * _WEIGHED + 1
# Latent frames from a change on whose bits are counted: those of later ones hardly change.
_REMEMBERED = 8


@dataclass(frozen=True, eq=False)
class Changes:
    """M changes of one latent each, in the order of their frames, of which each has one at most.

    Attributes:
        values: latents [1, N, C] before any change.
        frames, channels: which latent changes, [M].
        changed: what it becomes, [M].
    """

    values: Tensor
    frames: Tensor
    channels: Tensor
    changed: Tensor

    def window(self, at: Tensor) -> Tensor:
        """Return the latents [M, n, C] of frames `at` [M, n], each row with its change alone."""
        here = (at == self.frames[:, None])[..., None]
        channels = torch.arange(self.values.shape[2], device=at.device)
        here = here & (channels == self.channels[:, None, None])
        return torch.where(here, self.changed[:, None, None], self.values[0, at])


@torch.no_grad()
def distortion_saved(
    networks: TensorNetworks,
    distance: Distance,
    log_mel: Tensor,
    quality: Quality,
    changes: Changes,
) -> Tensor:
    """Return by how much each change lowers the distortion of the chunk, [M].

    The chunk is generated nine times, each with every ninth change.

    Args:
        networks: of the codec.
        distance: of decoded loudness from log mels.
        log_mel: [T, 128] of the chunk, in nepers.
        quality: of the chunk.
        changes: of the chunk's latents.
    """
    frames, device = changes.frames, changes.values.device
    turn = torch.arange(len(frames), device=device) % _TURNS
    variants = changes.values.repeat(_TURNS, 1, 1)
    variants[turn, frames, changes.channels] = changes.changed
    length = min(2 * _WEIGHED + 1, changes.values.shape[1])
    first = (frames - _WEIGHED).clamp(0, changes.values.shape[1] - length)
    latent_frames = first[:, None] + torch.arange(length, device=device)
    weighed = (latent_frames - frames[:, None]).abs() <= _WEIGHED
    at = LATENT_FRAMES * first[:, None] + torch.arange(LATENT_FRAMES * length, device=device)
    mask = weighed.repeat_interleave(LATENT_FRAMES, dim=1) & (at < len(log_mel))
    wanted = log_mel.to(device)[at.clamp_max(len(log_mel) - 1)]
    before = networks.generate(changes.values, quality, rough=True)[0, at]
    after = networks.generate(variants, quality, rough=True)[turn[:, None], at]
    lost, left = (distance(loudness, wanted, mask.float()) for loudness in (before, after))
    return (lost - left) * mask.sum(1) / len(log_mel)


@torch.no_grad()
def bits_saved(networks: TensorNetworks, quality: Quality, changes: Changes) -> Tensor:
    """Return by how many bits each change shortens the chunk, [M]."""
    prior, values, frames = networks.prior, changes.values, changes.frames
    conditioning = networks.quality(quality)
    states = prior.states(values, conditioning)
    bits = bits_under(values, *prior.distributions(values, states))[0].sum(-1)
    at = frames[:, None] + torch.arange(_REMEMBERED, device=values.device)
    sent, at = at < values.shape[1], at.clamp_max(values.shape[1] - 1)
    first = (frames == 0)[:, None]
    past = Past(*(one[0, frames - 1].masked_fill(first, 0.0) for one in (values, states)))
    window = changes.window(at)
    later = prior.states(window, conditioning.expand(len(frames)), past)
    changed_bits = bits_under(window, *prior.distributions(window, later)).sum(-1)
    return ((bits[at] - changed_bits) * sent).sum(1)
