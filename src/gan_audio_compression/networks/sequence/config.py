"""The shape of the networks of the sequence codec."""

from dataclasses import dataclass

from gan_audio_compression.networks.ranges import require_whole_numbers

LATENT_FRAMES = 4
"""Frames of the log mel in one latent frame."""

_HIGHEST = 4096


@dataclass(frozen=True)
class MagnitudeConfig:
    """Width and number of blocks of the receiver's last network, see `networks.sequence.magnitude`.

    Raises:
        ValueError: one of them is not a whole number in 1 .. 4096.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    width: int = 96
    blocks: int = 6

    def __post_init__(self) -> None:
        require_whole_numbers(self, dict.fromkeys(vars(self), _HIGHEST))


@dataclass(frozen=True)
class SequenceConfig:
    """Widths of encoder, generator and prior.

    Raises:
        ValueError: a width is not a whole number in 1 .. 4096.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    width: int = 288
    encoder_blocks: int = 5
    generator_blocks: int = 8
    latent_channels: int = 32
    prior_width: int = 192

    def __post_init__(self) -> None:
        require_whole_numbers(self, dict.fromkeys(vars(self), _HIGHEST))
