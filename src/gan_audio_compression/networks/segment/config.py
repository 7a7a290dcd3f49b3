"""The shapes of the segment codec's networks: of images, as the paper's, or of frames."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, get_args

from gan_audio_compression.networks.ranges import require_whole_numbers
from gan_audio_compression.signal.spec import SEGMENT_FRAMES

Norm = Literal["group", "none"]

LATENT_ROWS = 8
"""Rows of the latent image that the networks of images make."""

# Far above anything of use, and low enough that a forged model file cannot ask for the impossible.
_HIGHEST = {
    "width": 4096,
    "latent_channels": 256,
    "residual_blocks": 64,
    "encoder_blocks": 64,
    "generator_blocks": 64,
    "values": 2048,
}


@dataclass(frozen=True)
class ImageConfig:
    """Widths of the two-dimensional networks.

    The original has `width` 64, `latent_channels` 8 (8 x 8 x 8 = 512 latents a segment). Without a
    norm the networks learn faster in a short training.

    Raises:
        ValueError: a field is out of its range.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    layers: Literal["images"] = "images"
    width: int = 64
    latent_channels: int = 8
    residual_blocks: int = 3
    norm: Norm = "group"
    columns: ClassVar[int] = SEGMENT_FRAMES // 16

    def __post_init__(self) -> None:
        if self.norm not in get_args(Norm):
            raise ValueError(f"networks.norm is {self.norm!r}; give group or none.")
        require_whole_numbers(self, _HIGHEST, {"residual_blocks": 0})
        if self.width % 16:
            raise ValueError(f"networks.width is {self.width}; give a multiple of 16.")

    @property
    def positions(self) -> int:
        """Values in a latent column."""
        return self.latent_channels * LATENT_ROWS


@dataclass(frozen=True)
class FrameConfig:
    """Widths of the one-dimensional networks, whose latents are 32 columns of `values` a segment.

    Raises:
        ValueError: a field is out of its range.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    layers: Literal["frames"] = "frames"
    width: int = 288
    encoder_blocks: int = 5
    generator_blocks: int = 8
    values: int = 16
    columns: ClassVar[int] = SEGMENT_FRAMES // 4

    def __post_init__(self) -> None:
        require_whole_numbers(self, _HIGHEST)

    @property
    def positions(self) -> int:
        """Values in a latent column."""
        return self.values


SegmentConfig = ImageConfig | FrameConfig


def segment_config(values: Mapping[str, Any]) -> SegmentConfig:
    """Return the shape that a model file or a training configuration gives.

    Raises:
        TypeError: a key that no shape has.
        ValueError: a value out of range, or layers that there are not.
    """
    layers = values.get("layers", "images")
    for config in (ImageConfig, FrameConfig):
        if layers == config.layers:
            return config(**values)
    raise ValueError(f"networks.layers is {layers!r}; give images or frames.")


def with_latents(config: SegmentConfig, latents: int) -> SegmentConfig:
    """Return the shape with so many latents a segment.

    Raises:
        ValueError: they are no multiple of 64, or too few or too many.
    """
    if latents % (LATENT_ROWS * ImageConfig.columns):
        raise ValueError(f"latents is {latents}; give a multiple of 64.")
    if isinstance(config, FrameConfig):
        return replace(config, values=latents // config.columns)
    return replace(config, latent_channels=latents // (LATENT_ROWS * config.columns))
