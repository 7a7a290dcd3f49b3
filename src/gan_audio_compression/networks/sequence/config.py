"""The shape of the networks of the sequence codec."""

from dataclasses import dataclass, fields

LATENT_FRAMES = 4
"""Frames of the log mel in one latent frame."""

_HIGHEST = 4096


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
        for field in fields(self):
            value = getattr(self, field.name)
            if type(value) is not int or not 1 <= value <= _HIGHEST:
                raise ValueError(f"networks.{field.name} is {value!r}; give 1 to {_HIGHEST}.")
