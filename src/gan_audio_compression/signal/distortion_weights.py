"""What the parts of the distortion weigh."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DistortionWeights:
    """Weights beside one for the mean square and the mean absolute error of the loudness.

    Attributes:
        log_mel: of the mean absolute error in nepers.
        disturbance: of the points that PESQ would take off, narrow and wide band together.

    Raises:
        ValueError: a weight is negative.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    log_mel: float = 0.02
    disturbance: float = 0.05

    def __post_init__(self) -> None:
        if min(self.log_mel, self.disturbance) < 0:
            raise ValueError("distortion: the weights log_mel and disturbance are not negative.")
