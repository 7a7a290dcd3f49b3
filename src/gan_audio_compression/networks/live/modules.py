"""The networks of the live codec as they are trained."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from gan_audio_compression.networks.conv_next import KERNEL
from gan_audio_compression.networks.conv_next_block import ConvNeXtBlock, OverTime
from gan_audio_compression.networks.live.config import LATENT_FRAMES, MOST_AHEAD, LiveConfig
from gan_audio_compression.networks.live.encoder import encode
from gan_audio_compression.networks.live.generator import generate
from gan_audio_compression.networks.sequence.conditioning import CONDITIONS
from gan_audio_compression.networks.sequence.modules import Conditioning, Gain
from gan_audio_compression.signal.spec import MEL_BANDS


class LiveEncoder(nn.Module):
    """The layers of `encoder.encode`.

    Attributes:
        mean: [128], of the loudness of training speech.
        deviation: of it, over all bands.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, config: LiveConfig) -> None:
        super().__init__()
        self.conditioning = Conditioning()
        self.in_proj = nn.Linear(LATENT_FRAMES * MEL_BANDS, config.width)
        self.ahead_proj = nn.Linear(MOST_AHEAD * (MEL_BANDS + 1), config.width)
        nn.init.zeros_(self.ahead_proj.weight)
        nn.init.zeros_(self.ahead_proj.bias)
        self.blocks = _blocks(config.width, config.encoder_blocks)
        self.out_proj = nn.Linear(config.width, config.latent_channels)
        self.gain = Gain(config.latent_channels)
        self.register_buffer("mean", torch.zeros(MEL_BANDS))
        self.register_buffer("deviation", torch.ones(()))

    def forward(
        self, loudness: Tensor, ahead: Tensor, seen: Tensor, quality: Tensor, mix: "OverPackets"
    ) -> Tensor:
        """See `encode`."""
        return encode(self, loudness, ahead, seen, quality, mix)


class LiveGenerator(nn.Module):
    """The layers of `generator.generate`.

    Attributes:
        mean, deviation: as the encoder's.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, config: LiveConfig) -> None:
        super().__init__()
        self.conditioning = Conditioning()
        self.gain = Gain(config.latent_channels)
        self.in_proj = nn.Linear(config.latent_channels, config.width)
        self.absent = nn.Parameter(torch.zeros(config.width))
        self.ahead_proj = nn.Linear(config.latent_channels, config.width)
        nn.init.zeros_(self.ahead_proj.weight)
        nn.init.zeros_(self.ahead_proj.bias)
        self.blocks = _blocks(config.width, config.generator_blocks)
        self.out_proj = nn.Linear(config.width, LATENT_FRAMES * MEL_BANDS)
        self.register_buffer("mean", torch.zeros(MEL_BANDS))
        self.register_buffer("deviation", torch.ones(()))

    def forward(
        self, latents: Tensor, lost: Tensor, seen: Tensor, quality: Tensor, mix: "OverPackets"
    ) -> Tensor:
        """See `generate`."""
        return generate(self, latents, lost, seen, quality, mix)


class OverPackets:
    """Convolutions over the packets of whole crops at once, as `encoder.Mix` has it.

    Args:
        packet: latent frames in each packet; the first packet begins with the first frame.
    """

    def __init__(self, packet: int) -> None:
        self._packet = packet

    def __call__(self, layer: OverTime, features: Tensor) -> Tensor:
        """Return what the layer makes of features [B, N, W], N whole packets."""
        now = KERNEL // 2
        over_time = features.transpose(1, 2)
        weight = layer.weight.to(features.dtype)
        past = functional.pad(over_time, (now, 0))
        bias, width = layer.bias, features.shape[-1]
        mixed = functional.conv1d(past, weight[..., : now + 1], bias, groups=width).transpose(1, 2)
        packets = features.unflatten(1, (-1, self._packet))
        for distance in range(1, min(self._packet, now + 1)):
            following = functional.pad(packets[:, :, distance:], (0, 0, 0, distance))
            mixed = mixed + following.flatten(1, 2) * weight[:, 0, now + distance]
        return mixed


def _blocks(width: int, count: int) -> nn.ModuleList:
    return nn.ModuleList(ConvNeXtBlock(width, CONDITIONS) for _ in range(count))
