"""Parameters of the training of the waveform head."""

from dataclasses import dataclass, field

from gan_audio_compression.networks.head_config import HeadConfig
from gan_audio_compression.training.config import RuntimeConfig, ScheduleConfig
from gan_audio_compression.training.sequence.config import AdversarialConfig, require_crops

_NO_OTHER_KEYS = {"extra": "forbid"}


@dataclass(frozen=True)
class HeadLossWeights:
    """Weights of what the waves are compared by, see `training.head.losses`.

    Raises:
        ValueError: a weight is negative.
    """

    __pydantic_config__ = _NO_OTHER_KEYS

    convergence: float = 1.0
    magnitude: float = 3.0
    log_magnitude: float = 0.3
    disturbance: float = 0.1

    def __post_init__(self) -> None:
        weights = self.convergence, self.magnitude, self.log_magnitude, self.disturbance
        if min(weights) < 0:
            raise ValueError("loss: the weights are not negative.")


@dataclass(frozen=True)
class HeadTrainingConfig:
    """All of the training.

    Attributes:
        frames: of a crop, a multiple of 4; 125 make a second.
        ema: decay of the running average of the weights, which is what is kept.
    """

    __pydantic_config__ = _NO_OTHER_KEYS

    seed: int = 0
    networks: HeadConfig = field(default_factory=HeadConfig)
    loss: HeadLossWeights = field(default_factory=HeadLossWeights)
    adversarial: AdversarialConfig = field(default_factory=lambda: AdversarialConfig(scales=3))
    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    frames: int = 128
    ema: float = 0.998
    runtime: RuntimeConfig = field(default_factory=RuntimeConfig)

    def __post_init__(self) -> None:
        require_crops(self.frames, self.ema)
