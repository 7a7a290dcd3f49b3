"""Parameters of the comparison of receivers."""

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, RootModel

from gan_audio_compression.training.head.config import HeadTrainingConfig


class HeadTrainingParameters(RootModel[HeadTrainingConfig]):
    """Checks the training core's own configuration, which knows no Pydantic."""


class ReceiverParameters(BaseModel):
    """What all receivers are scored on.

    Attributes:
        bitrates: most bits of a file for each second, at which each is scored.
        seconds: of each validation utterance, from its start, that are scored; within one chunk.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    bitrates: tuple[PositiveInt, ...] = Field(min_length=1)
    seconds: PositiveInt = Field(le=16)
