"""Reproducible initial weights."""

from torch import nn


def initialise(network: nn.Module) -> None:
    """Draw weights of convolutions of images so that ReLU keeps the variance (He et al., 2015).

    Other layers keep what PyTorch drew for them. A transposed convolution of stride s adds up only
    one in s * s of its kernel's elements.
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            elements: float = module.kernel_size[0] * module.kernel_size[1] * module.in_channels
            if isinstance(module, nn.ConvTranspose2d):
                elements /= module.stride[0] * module.stride[1]
            nn.init.normal_(module.weight, 0.0, (2.0 / elements) ** 0.5)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
