"""What a bit is worth to the sequence codec: the lambda of each quality."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Trade:
    """Lambda, the distortion that a kbit/s is worth, at the lowest and at the highest quality.

    In between its logarithm is linear in the quality.

    Raises:
        ValueError: a kbit/s is worth nothing, or more at the highest quality than at the lowest.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    lowest_quality: float = 0.5
    highest_quality: float = 0.005

    def __post_init__(self) -> None:
        if not 0 < self.highest_quality < self.lowest_quality:
            raise ValueError(
                "trade: a kbit/s must be worth more at the lowest quality than at the highest."
            )

    @property
    def slope(self) -> float:
        """Change of the logarithm from the lowest quality, 0, to the highest, 1."""
        return math.log(self.highest_quality) - math.log(self.lowest_quality)

    def rd_lambda(self, quality: float) -> float:
        """Return lambda at a quality in 0 .. 1."""
        return self.lowest_quality * math.exp(self.slope * quality)
