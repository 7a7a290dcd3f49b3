"""Parameters of the variations of training speech."""

from pydantic import BaseModel, ConfigDict, PositiveInt


class VariationParameters(BaseModel):
    """How much varied speech there is beside the originals.

    Attributes:
        copies: variations of each utterance.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    copies: PositiveInt
