"""The encoder of images: one of the log mel to its latent."""

import itertools

from torch import Tensor, nn

from gan_audio_compression.networks.segment.config import ImageConfig
from gan_audio_compression.networks.segment.image_blocks import convolution

DOWNSAMPLINGS = 4


class ImageEncoder(nn.Module):
    """Images [S, 1, 128, 128] in [-1, 1] to latents [S, 8 C, 8] in [0, 1], rows within channels.

    A 7x7 convolution, four that halve the size and double the channels up to eight times the
    width, and a 3x3 projection with a sigmoid.
    """

    def __init__(self, config: ImageConfig) -> None:
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
        return latent.flatten(1, 2)
