"""The generator of images: a latent to one of the log mel."""

import itertools

from torch import Tensor, nn

from gan_audio_compression.networks.segment.config import LATENT_ROWS, ImageConfig
from gan_audio_compression.networks.segment.image_blocks import (
    ResidualBlock,
    convolution,
    upsampling,
)
from gan_audio_compression.networks.segment.image_encoder import DOWNSAMPLINGS


class ImageGenerator(nn.Module):
    """Latents [S, 8 C, 8] in [0, 1] to images [S, 1, 128, 128] in [-1, 1].

    A 3x3 convolution to eight times the width, residual blocks, four transposed convolutions
    that double the size and halve the channels, and a 7x7 convolution with a hyperbolic tangent.
    There is no noise input: the latent decides everything.
    """

    def __init__(self, config: ImageConfig) -> None:
        super().__init__()
        widths = [8 * config.width // 2**i for i in range(DOWNSAMPLINGS + 1)]
        self.layers = nn.Sequential(
            convolution(config.latent_channels, widths[0], 3, config.norm),
            *(ResidualBlock(widths[0], config.norm) for _ in range(config.residual_blocks)),
            *(
                upsampling(inputs, outputs, config.norm)
                for inputs, outputs in itertools.pairwise(widths)
            ),
            nn.Conv2d(widths[-1], 1, 7, padding=3),
            nn.Tanh(),
        )

    def forward(self, latent: Tensor) -> Tensor:
        """Return the images of latents."""
        image: Tensor = self.layers(2.0 * latent.unflatten(1, (-1, LATENT_ROWS)) - 1.0)
        return image
