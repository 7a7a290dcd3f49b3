"""The shape of the networks of the codec over time."""

from dataclasses import dataclass

_HIGHEST = 4096
_WIDTHS = ("width", "encoder_blocks", "generator_blocks", "latent_channels", "prior_width")


@dataclass(frozen=True)
class SequenceConfig:
    """Widths of encoder, generator and prior, and the levels of the latents.

    Attributes:
        companding: how much wider levels become away from zero, as the mu of mu-law does it; 0
            for uniform ones.

    Raises:
        ValueError: a width is not a whole number in 1 .. 4096, or companding not in 0 .. 1.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    width: int = 288
    encoder_blocks: int = 5
    generator_blocks: int = 8
    latent_channels: int = 32
    prior_width: int = 192
    companding: float = 0.0

    def __post_init__(self) -> None:
        for name in _WIDTHS:
            value = getattr(self, name)
            if type(value) is not int or not 1 <= value <= _HIGHEST:
                raise ValueError(f"networks.{name} is {value!r}; give 1 to {_HIGHEST}.")
        if not 0 <= self.companding <= 1:
            raise ValueError(f"networks.companding is {self.companding!r}; give 0 to 1.")
