"""The shape of the paper's networks."""

from dataclasses import dataclass
from typing import Literal, get_args

Norm = Literal["group", "none"]

# Far above anything of use, and low enough that a forged model file cannot ask for the impossible.
_HIGHEST = {
    "width": 1024,
    "latent_channels": 256,
    "residual_blocks": 64,
    "discriminator_width": 1024,
    "discriminator_scales": 8,
    "discriminator_layers": 8,
}


@dataclass(frozen=True)
class SegmentConfig:
    """Widths of encoder, generator and discriminator.

    The original has `width` 64, `latent_channels` 8 (8 x 8 x 8 = 512 latents an image) and
    `discriminator_width` 64. Without a norm the networks learn faster in a short training.

    Raises:
        ValueError: a field is out of its range.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    width: int = 64
    latent_channels: int = 8
    residual_blocks: int = 3
    norm: Norm = "group"
    discriminator_width: int = 64
    discriminator_scales: int = 3
    discriminator_layers: int = 3

    def __post_init__(self) -> None:
        if self.norm not in get_args(Norm):
            raise ValueError(f"networks.norm is {self.norm!r}; give group or none.")
        for name, highest in _HIGHEST.items():
            value = getattr(self, name)
            if type(value) is not int:
                raise ValueError(f"networks.{name} is {value!r}; give a whole number.")
            if value < (0 if name == "residual_blocks" else 1):
                raise ValueError(f"networks.{name} is {value}; give a positive number.")
            if value > highest:
                raise ValueError(f"networks.{name} is {value}; give at most {highest}.")
        if self.width % 16:
            raise ValueError(f"networks.width is {self.width}; give a multiple of 16.")
