"""Parameters that the trainings of both codecs share."""

from collections.abc import Mapping
from dataclasses import dataclass, is_dataclass
from typing import Any, TypeVar, get_type_hints

NO_OTHER_KEYS = {"extra": "forbid"}

Config = TypeVar("Config")


def configured(kind: type[Config], values: Mapping[str, Any]) -> Config:
    """Return a configuration of nested plain values, as JSON gives them.

    Raises:
        TypeError: there is a key that no parameter has.
        ValueError: a value is out of its range.
    """
    hints = get_type_hints(kind)
    parts = {
        name: configured(hints[name], value)
        for name, value in values.items()
        if is_dataclass(hints.get(name)) and isinstance(value, Mapping)
    }
    return kind(**{**values, **parts})


@dataclass(frozen=True)
class ScheduleConfig:
    """How long a stage lasts and how fast it learns.

    An epoch has `steps_per_epoch` steps; none given, as many as the training split fills. The
    learning rate is constant up to the share `constant` of all steps, then falls to zero linearly.
    A gradient longer than `gradient_limit` is shortened to it: networks without a norm need that.

    Raises:
        ValueError: a value is out of its range.
    """

    __pydantic_config__ = NO_OTHER_KEYS

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
class RuntimeConfig:
    """Where and how the arithmetic is done.

    `bfloat16` runs the networks under autocast, which is worth it on a GPU and, for the sequence
    and the live codec, on a processor that multiplies in it; `compile` runs them through
    `torch.compile`, which is worth it on a GPU. `validation_segments` are watched, segments or
    crops.

    Raises:
        ValueError: nothing would be watched.
    """

    __pydantic_config__ = NO_OTHER_KEYS

    device: str = "cpu"
    bfloat16: bool = False
    compile: bool = False
    validation_segments: int = 64

    def __post_init__(self) -> None:
        if self.validation_segments < 1:
            raise ValueError("runtime.validation_segments is at least 1.")


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
