"""Parameters of the sweeps."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PositiveInt


class SweepParameters(BaseModel):
    """What the sweeps go through.

    Attributes:
        levels: numbers of levels that are fitted to the trained encoder's latents.
        latents: numbers of latents a segment that the codec is trained anew with; none, if empty.
        training_utterances: at most so many of the training split are counted for the levels.
        utterances: at most so many of the test split are coded at each setting.
        systems: keys of the segment codecs of the bench whose searches are swept; the points of
            the last have the settings beside them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    levels: tuple[Annotated[int, Field(ge=2, le=256)], ...] = Field(min_length=1)
    latents: tuple[PositiveInt, ...]
    training_utterances: PositiveInt
    utterances: PositiveInt
    systems: tuple[str, ...] = Field(min_length=1)
