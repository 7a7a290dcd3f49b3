"""Parameters of the ablations."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator


class Ablation(BaseModel):
    """One codec, as an entry of `variants` describes it.

    Attributes:
        label: what the table calls it.
        training: what it changes in the training of all.
        varied: whether it learns from varied speech too.
        start: name of an ablation before it, whose model it goes on from; None for random weights.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    training: dict[str, Any] = {}
    varied: bool = True
    start: str | None = None


class AblationParameters(BaseModel):
    """What all ablations share.

    Attributes:
        bitrates: most bits of a file for each second, at which each is scored.
        seconds: of each validation utterance, from its start, that are scored.
        training: what they change in the parameters `sequence_training`; it makes them short.
        variants: by name, in the order in which they are trained.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    bitrates: tuple[PositiveInt, ...] = Field(min_length=1)
    seconds: PositiveInt
    training: dict[str, Any]
    variants: dict[str, Ablation]

    @model_validator(mode="after")
    def _starts_are_trained_before(self) -> Self:
        before: list[str] = []
        for name, variant in self.variants.items():
            if variant.start is not None and variant.start not in before:
                raise ValueError(
                    f"{name} starts from {variant.start}, which is not trained before it;"
                    f" give one of {', '.join(before) or 'none'}."
                )
            before.append(name)
        return self
