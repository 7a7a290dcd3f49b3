"""The shape of the waveform head."""

from dataclasses import dataclass

_HIGHEST = {"width": 4096, "blocks": 64}


@dataclass(frozen=True)
class HeadConfig:
    """Width and number of the blocks of the waveform head.

    Raises:
        ValueError: width is not a whole number in 1 .. 4096, or blocks not one in 1 .. 64.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    width: int = 160
    blocks: int = 3

    def __post_init__(self) -> None:
        for name, highest in _HIGHEST.items():
            value = getattr(self, name)
            if type(value) is not int or not 1 <= value <= highest:
                raise ValueError(f"networks.{name} is {value!r}; give 1 to {highest}.")
