"""Parameters of the training."""

from dataclasses import dataclass, field

from gan_audio_compression.networks.sequence import LATENT_FRAMES
from gan_audio_compression.networks.sequence_config import SequenceConfig
from gan_audio_compression.training.config import ScheduleConfig

_NO_OTHER_KEYS = {"extra": "forbid"}


@dataclass(frozen=True)
class TradeConfig:
    """What a kbit/s is worth, as distortion, at the lowest and at the highest quality.

    In between its logarithm is linear in the quality. The distortion is the mean square and mean
    absolute error of the loudness, and beside them, by their weights, `log_mel`, the mean absolute
    error in nepers, and `disturbance`, the points that PESQ would take off, narrow and wide band.
    """

    __pydantic_config__ = _NO_OTHER_KEYS

    lowest_quality: float = 0.3
    highest_quality: float = 0.012
    log_mel: float = 0.02
    disturbance: float = 0.05

    def __post_init__(self) -> None:
        if not 0 < self.highest_quality < self.lowest_quality:
            raise ValueError(
                "trade: a kbit/s must be worth more at the lowest quality than at the highest."
            )
        if min(self.log_mel, self.disturbance) < 0:
            raise ValueError("trade: the weights log_mel and disturbance are not negative.")


@dataclass(frozen=True)
class SequenceTrainingConfig:
    """All of the training.

    Attributes:
        frames: of a crop, a multiple of 4; 125 make a second.
        ema: decay of the running average of the weights, which is what is kept.
    """

    __pydantic_config__ = _NO_OTHER_KEYS

    seed: int = 0
    networks: SequenceConfig = field(default_factory=SequenceConfig)
    trade: TradeConfig = field(default_factory=TradeConfig)
    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    frames: int = 192
    ema: float = 0.999
    validation_crops: int = 64

    def __post_init__(self) -> None:
        if self.frames < LATENT_FRAMES or self.frames % LATENT_FRAMES:
            raise ValueError(f"frames is {self.frames}; give a multiple of {LATENT_FRAMES}.")
        if not 0 <= self.ema < 1 or self.validation_crops < 1:
            raise ValueError("ema is a decay in [0, 1) and validation_crops at least 1.")
