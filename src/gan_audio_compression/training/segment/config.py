"""Parameters of the training of the segment codec."""

from dataclasses import dataclass, field
from typing import Any

from gan_audio_compression.networks.segment.config import (
    ImageConfig,
    SegmentConfig,
    segment_config,
)
from gan_audio_compression.training.config import (
    NO_OTHER_KEYS,
    AdversarialConfig,
    RuntimeConfig,
    ScheduleConfig,
    configured,
)


@dataclass(frozen=True)
class LossWeights:
    """Weights of what both stages minimise, beside the discriminator's.

    Attributes:
        mse: of the mean square error of images, in [-1, 1].
        distortion: of `signal.distortion`, which hears as a listener does.

    Raises:
        ValueError: a weight is negative, or both are zero.
    """

    __pydantic_config__ = NO_OTHER_KEYS

    mse: float = 1.0
    distortion: float = 0.0

    def __post_init__(self) -> None:
        if min(self.mse, self.distortion) < 0 or self.mse == self.distortion == 0:
            raise ValueError("loss: mse and distortion are not negative, and not both 0.")


@dataclass(frozen=True)
class GanStageConfig:
    """The first stage: generator, discriminator and encoder.

    Attributes:
        schedule: of its steps.
        adversarial: the discriminator and its weights.
        ema: decay of the running average of the weights that is kept in place of the last
            weights; 0 keeps the last.
        quantised: whether latents are rounded to even levels already.

    Raises:
        ValueError: the decay is out of its range.
    """

    __pydantic_config__ = NO_OTHER_KEYS

    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    adversarial: AdversarialConfig = field(default_factory=AdversarialConfig)
    ema: float = 0.0
    quantised: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.ema < 1:
            raise ValueError(f"gan.ema is {self.ema}; give a decay in [0, 1).")


@dataclass(frozen=True)
class EncoderStageConfig:
    """The second stage: the encoder alone, with the quantiser in the loop."""

    __pydantic_config__ = NO_OTHER_KEYS

    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)


@dataclass(frozen=True)
class SegmentTrainingConfig:
    """All of the training.

    Raises:
        ValueError: there are fewer than 2 levels or more than 256.
    """

    __pydantic_config__ = NO_OTHER_KEYS

    seed: int = 0
    networks: SegmentConfig = field(default_factory=ImageConfig)
    levels: int = 16
    loss: LossWeights = field(default_factory=LossWeights)
    gan: GanStageConfig = field(default_factory=GanStageConfig)
    encoder: EncoderStageConfig = field(default_factory=EncoderStageConfig)
    runtime: RuntimeConfig = field(default_factory=RuntimeConfig)

    def __post_init__(self) -> None:
        if not 2 <= self.levels <= 256:
            raise ValueError(f"levels is {self.levels}; give 2 to 256.")

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "SegmentTrainingConfig":
        """Build from nested plain values, as JSON or YAML gives them.

        Raises:
            TypeError: a key that no parameter has.
            ValueError: a value out of range.
        """
        networks = {"networks": segment_config(values.get("networks", {}))}
        return configured(cls, {**values, **networks})
