"""Parameters of the training of the sequence codec."""

from dataclasses import dataclass, field

from gan_audio_compression.codec.sequence.distortion import DistortionWeights
from gan_audio_compression.codec.sequence.trade import Trade
from gan_audio_compression.networks.sequence.config import LATENT_FRAMES, SequenceConfig
from gan_audio_compression.training.config import NO_OTHER_KEYS, RuntimeConfig, ScheduleConfig


@dataclass(frozen=True)
class AdversarialConfig:
    """What a discriminator of what is decoded adds to the loss; nothing if both weights are 0.

    Attributes:
        adversarial: weight of the least-squares loss.
        feature_matching: weight of the difference of the discriminator's features.
        width, scales, layers: of the discriminator.

    Raises:
        ValueError: a weight is negative.
    """

    __pydantic_config__ = NO_OTHER_KEYS

    adversarial: float = 0.0
    feature_matching: float = 0.0
    width: int = 16
    scales: int = 2
    layers: int = 3

    def __post_init__(self) -> None:
        if min(self.adversarial, self.feature_matching) < 0:
            raise ValueError("adversarial: the weights of a discriminator are not negative.")

    @property
    def used(self) -> bool:
        """Whether there is a discriminator."""
        return max(self.adversarial, self.feature_matching) > 0


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
