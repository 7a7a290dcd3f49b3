"""Parameters of the ablations."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, PositiveInt


class AblationParameters(BaseModel):
    """What all ablations share.

    Attributes:
        bitrates: most bits of a file for each second, at which each is scored.
        seconds: of each validation utterance, from its start, that are scored.
        training: what they change in the parameters `sequence_training`; it makes them short.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    bitrates: tuple[PositiveInt, ...] = Field(min_length=1)
    seconds: PositiveInt
    training: dict[str, Any]


class Ablation(BaseModel):
    """One codec, as a file of `conf/ablations` describes it.

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
