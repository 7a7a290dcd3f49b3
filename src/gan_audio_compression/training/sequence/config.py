"""Parameters of the training of the sequence codec."""

from dataclasses import dataclass, field

from gan_audio_compression.codec.sequence.trade import Trade
from gan_audio_compression.networks.sequence.config import LATENT_FRAMES, SequenceConfig
from gan_audio_compression.signal.distortion_weights import DistortionWeights
from gan_audio_compression.training.config import (
    NO_OTHER_KEYS,
    AdversarialConfig,
    RuntimeConfig,
    ScheduleConfig,
)


@dataclass(frozen=True)
class SequenceTrainingConfig:
    """All of the training.

    Attributes:
        frames: of a crop, a multiple of 4; 125 make a second.
        ema: decay of the running average of the weights, which is what is kept.

    Raises:
        ValueError: frames or ema are not such.
    """

    __pydantic_config__ = NO_OTHER_KEYS

    seed: int = 0
    networks: SequenceConfig = field(default_factory=SequenceConfig)
    distortion: DistortionWeights = field(default_factory=DistortionWeights)
    trade: Trade = field(default_factory=Trade)
    adversarial: AdversarialConfig = field(default_factory=AdversarialConfig)
    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    frames: int = 192
    ema: float = 0.999
    runtime: RuntimeConfig = field(default_factory=RuntimeConfig)

    def __post_init__(self) -> None:
        if self.frames < LATENT_FRAMES or self.frames % LATENT_FRAMES:
            raise ValueError(f"frames is {self.frames}; give a multiple of {LATENT_FRAMES}.")
        if not 0 <= self.ema < 1:
            raise ValueError(f"ema is {self.ema}; give a decay in [0, 1).")
