"""The discriminator: which patches of an image of the log mel are real."""

import itertools

from torch import Tensor, nn
from torch.nn import functional


class PatchDiscriminator(nn.Module):
    """An image [B, 1, H, W] to the features of each layer, the last a map of verdicts.

    4x4 convolutions: `layers` of stride 2 that double the channels, one of stride 1, one to a
    single channel. Every layer but the first and the last is normalised over the image.
    """

    def __init__(self, width: int, layers: int) -> None:
        super().__init__()
        widths = [1] + [width * min(2**i, 8) for i in range(layers + 1)]
        stages = []
        for i, (inputs, outputs) in enumerate(itertools.pairwise(widths)):
            stride = 2 if i < layers else 1
            norm = nn.InstanceNorm2d(outputs) if i > 0 else nn.Identity()
            stages.append(
                nn.Sequential(
                    nn.Conv2d(inputs, outputs, 4, stride, padding=2), norm, nn.LeakyReLU(0.2)
                )
            )
        stages.append(nn.Sequential(nn.Conv2d(widths[-1], 1, 4, padding=2)))
        self.stages = nn.ModuleList(stages)

    def forward(self, image: Tensor) -> list[Tensor]:
        """Return the output of each layer."""
        features = [image]
        for stage in self.stages:
            features.append(stage(features[-1]))
        return features[1:]


class Discriminator(nn.Module):
    """Patch discriminators at several scales, each half the size of the one before.

    Args:
        width, layers: of each `PatchDiscriminator`.
        scales: how many there are.
    """

    def __init__(self, width: int, layers: int, scales: int) -> None:
        super().__init__()
        self.scales = nn.ModuleList(PatchDiscriminator(width, layers) for _ in range(scales))

    def forward(self, image: Tensor) -> list[list[Tensor]]:
        """Return, for each scale, what `PatchDiscriminator` gives."""
        outputs = []
        for scale, network in enumerate(self.scales):
            outputs.append(network(functional.avg_pool2d(image, 2**scale)))
        return outputs
