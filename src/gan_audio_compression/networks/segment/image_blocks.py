"""Layers that encoder and generator of images share."""

from torch import Tensor, nn

from gan_audio_compression.networks.segment.config import Norm

_GROUPS = 8


def normalisation(norm: Norm, channels: int) -> nn.Module:
    """Return the layer of that name; either treats each image of a batch by itself.

    The original has batch norm. Its statistics at rest differ from those in training by more
    than a short training can mend, and tie the segments of a batch together before.
    """
    if norm == "group":
        return nn.GroupNorm(min(_GROUPS, channels), channels)
    return nn.Identity()


def convolution(
    inputs: int, outputs: int, kernel: int, norm: Norm, stride: int = 1
) -> nn.Sequential:
    """Return convolution, norm, ReLU; the output is `1 / stride` of the input's size."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2),
        normalisation(norm, outputs),
        nn.ReLU(inplace=True),
    )


def upsampling(inputs: int, outputs: int, norm: Norm) -> nn.Sequential:
    """Return a transposed 3x3 convolution that doubles the size, norm, ReLU."""
    return nn.Sequential(
        nn.ConvTranspose2d(inputs, outputs, 3, 2, padding=1, output_padding=1),
        normalisation(norm, outputs),
        nn.ReLU(inplace=True),
    )


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions beside the identity: [B, C, H, W] to the same."""

    def __init__(self, channels: int, norm: Norm) -> None:
        super().__init__()
        self.body = nn.Sequential(
            convolution(channels, channels, 3, norm),
            nn.Conv2d(channels, channels, 3, padding=1),
            normalisation(norm, channels),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Return the features plus what the block adds."""
        added: Tensor = self.body(features)
        return features + added
