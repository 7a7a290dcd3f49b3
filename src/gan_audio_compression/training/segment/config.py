"""Parameters of the training of the segment codec."""

from dataclasses import dataclass, field
from typing import Any

from gan_audio_compression.networks.segment.config import SegmentConfig
from gan_audio_compression.training.config import NO_OTHER_KEYS, RuntimeConfig, ScheduleConfig


@dataclass(frozen=True)
class LossWeights:
    """Weights of the generator's loss."""

    __pydantic_config__ = NO_OTHER_KEYS

    adversarial: float = 1.0
    feature_matching: float = 10.0
    mse: float = 10.0


@dataclass(frozen=True)
class GanStageConfig:
    """The first stage: generator, discriminator and encoder.

    `ema` is the decay of the running average of the weights that is kept in place of the last
    weights; 0 keeps the last.

    Raises:
        ValueError: the decay is out of its range.
    """

    __pydantic_config__ = NO_OTHER_KEYS

    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    loss: LossWeights = field(default_factory=LossWeights)
    ema: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.ema < 1:
            raise ValueError(f"gan.ema is {self.ema}; give a decay in [0, 1).")


@dataclass(frozen=True)
class EncoderStageConfig:
    """The second stage: the encoder alone, with the quantiser in the loop.

    Raises:
        ValueError: there are fewer than 2 levels or more than 256.
    """

    __pydantic_config__ = NO_OTHER_KEYS

    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    levels: int = 16

    def __post_init__(self) -> None:
        if not 2 <= self.levels <= 256:
            raise ValueError(f"encoder.levels is {self.levels}; give 2 to 256.")


@dataclass(frozen=True)
class SegmentTrainingConfig:
    """All of the training."""

    __pydantic_config__ = NO_OTHER_KEYS

    seed: int = 0
    networks: SegmentConfig = field(default_factory=SegmentConfig)
    gan: GanStageConfig = field(default_factory=GanStageConfig)
    encoder: EncoderStageConfig = field(default_factory=EncoderStageConfig)
    runtime: RuntimeConfig = field(default_factory=RuntimeConfig)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "SegmentTrainingConfig":
        """Build from nested plain values, as JSON or YAML gives them.

        Raises:
            TypeError: a key that no parameter has.
            ValueError: a value out of range.
        """
        gan, encoder = dict(values.get("gan", {})), dict(values.get("encoder", {}))
        return cls(
            **{
                **values,
                "networks": SegmentConfig(**values.get("networks", {})),
                "gan": GanStageConfig(
                    **{
                        **gan,
                        "schedule": ScheduleConfig(**gan.get("schedule", {})),
                        "loss": LossWeights(**gan.get("loss", {})),
                    }
                ),
                "encoder": EncoderStageConfig(
                    **{**encoder, "schedule": ScheduleConfig(**encoder.get("schedule", {}))}
                ),
                "runtime": RuntimeConfig(**values.get("runtime", {})),
            }
        )
