"""Parameters of training."""

from dataclasses import dataclass, field
from typing import Any

from gan_audio_compression.networks.config import NetworkConfig

_NO_OTHER_KEYS = {"extra": "forbid"}


@dataclass(frozen=True)
class LossWeights:
    """Weights of the generator's loss."""

    __pydantic_config__ = _NO_OTHER_KEYS

    adversarial: float = 1.0
    feature_matching: float = 10.0
    mse: float = 10.0


@dataclass(frozen=True)
class ScheduleConfig:
    """How long a stage lasts and how fast it learns.

    An epoch has `steps_per_epoch` steps; none given, as many as the training split fills. The
    learning rate is constant up to the share `constant` of all steps, then falls to zero linearly.
    A gradient longer than `gradient_limit` is shortened to it: networks without a norm need that.
    """

    __pydantic_config__ = _NO_OTHER_KEYS

    epochs: int = 160
    batch: int = 256
    steps_per_epoch: int | None = None
    learning_rate: float = 2e-4
    constant: float = 0.5
    gradient_limit: float | None = None

    def __post_init__(self) -> None:
        steps = 1 if self.steps_per_epoch is None else self.steps_per_epoch
        if min(self.epochs, self.batch, steps) < 1:
            raise ValueError("A schedule's epochs, batch and steps_per_epoch are at least 1.")
        if self.learning_rate <= 0 or not 0 <= self.constant <= 1:
            raise ValueError("A learning rate is positive; its constant share lies in [0, 1].")
        if self.gradient_limit is not None and self.gradient_limit <= 0:
            raise ValueError(f"gradient_limit is {self.gradient_limit}; give a positive number.")


@dataclass(frozen=True)
class GanStageConfig:
    """The first stage: generator, discriminator and, unless left out, encoder.

    `ema` is the decay of the running average of the weights that is kept in place of the last
    weights; 0 keeps the last.
    """

    __pydantic_config__ = _NO_OTHER_KEYS

    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    train_encoder: bool = True
    loss: LossWeights = field(default_factory=LossWeights)
    ema: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.ema < 1:
            raise ValueError(f"gan.ema is {self.ema}; give a decay in [0, 1).")


@dataclass(frozen=True)
class EncoderStageConfig:
    """The second stage: the encoder alone, with the quantiser in the loop."""

    __pydantic_config__ = _NO_OTHER_KEYS

    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    levels: int = 16

    def __post_init__(self) -> None:
        if not 2 <= self.levels <= 256:
            raise ValueError(f"encoder.levels is {self.levels}; give 2 to 256.")


@dataclass(frozen=True)
class RuntimeConfig:
    """Where and how the arithmetic is done.

    `bfloat16` runs the networks under autocast, which is worth it on a GPU and, for the codec over
    time, on a processor that multiplies in it; `compile` runs them through `torch.compile`, which
    is worth it on a GPU. `validation_segments` are watched, segments or crops.
    """

    __pydantic_config__ = _NO_OTHER_KEYS

    device: str = "cpu"
    bfloat16: bool = False
    compile: bool = False
    validation_segments: int = 64

    def __post_init__(self) -> None:
        if self.validation_segments < 1:
            raise ValueError("runtime.validation_segments is at least 1.")


@dataclass(frozen=True)
class TrainingConfig:
    """All of training."""

    __pydantic_config__ = _NO_OTHER_KEYS

    seed: int = 0
    networks: NetworkConfig = field(default_factory=NetworkConfig)
    gan: GanStageConfig = field(default_factory=GanStageConfig)
    encoder: EncoderStageConfig = field(default_factory=EncoderStageConfig)
    runtime: RuntimeConfig = field(default_factory=RuntimeConfig)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "TrainingConfig":
        """Build from nested plain values, as JSON or YAML gives them.

        Raises:
            TypeError: a key that no parameter has.
            ValueError: a value out of range.
        """
        gan, encoder = dict(values.get("gan", {})), dict(values.get("encoder", {}))
        return cls(
            **{
                **values,
                "networks": NetworkConfig(**values.get("networks", {})),
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
