"""Parameters of what the sequence codec learns from."""

from pydantic import BaseModel, ConfigDict, PositiveInt


class VariationParameters(BaseModel):
    """How much varied speech there is beside the originals.

    Attributes:
        copies: variations of each utterance.
        utterances_a_shard: how many, with their variations, are about in a file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    copies: PositiveInt
    utterances_a_shard: PositiveInt
