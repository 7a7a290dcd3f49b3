"""The encoder: an image of the log mel to its latent."""

import itertools

from torch import Tensor, nn

from gan_audio_compression.networks.segment.blocks import convolution
from gan_audio_compression.networks.segment.config import SegmentConfig

DOWNSAMPLINGS = 4


class SegmentEncoder(nn.Module):
    """Images [B, 1, 128, W] in [-1, 1] to latents [B, C, 8, W / 16] in [0, 1].

    A 7x7 convolution, four that halve the size and double the channels up to eight times the
    width, and a 3x3 projection with a sigmoid.
    """

    def __init__(self, config: SegmentConfig) -> None:
        super().__init__()
        widths = [config.width * min(2**i, 8) for i in range(DOWNSAMPLINGS + 1)]
        self.layers = nn.Sequential(
            convolution(1, widths[0], 7, config.norm),
            *(
                convolution(inputs, outputs, 3, config.norm, stride=2)
                for inputs, outputs in itertools.pairwise(widths)
            ),
            nn.Conv2d(widths[-1], config.latent_channels, 3, padding=1),
            nn.Sigmoid(),
        )

    def forward(self, image: Tensor) -> Tensor:
        """Return the latents of images."""
        latent: Tensor = self.layers(image)
        return latent
