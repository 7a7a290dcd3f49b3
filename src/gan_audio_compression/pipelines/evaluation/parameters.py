"""Parameters of evaluation."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveInt, RootModel

from gan_audio_compression.baselines.registry import ExternalCodec
from gan_audio_compression.evaluation.phones.training import RecogniserConfig


class EvaluationParameters(BaseModel):
    """What evaluation needs to know.

    Attributes:
        seed: of the bootstrap.
        examples: utterances of the test split that the report plays.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int
    examples: NonNegativeInt


class ExternalCodecParameters(RootModel[ExternalCodec]):
    """A codec of other people's and its settings."""

    model_config = ConfigDict(frozen=True)


class RateParameters(BaseModel):
    """A codec that serves many rates, at one of them.

    Attributes:
        bitrate: most bits of a file for each second of the recording.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    bitrate: PositiveInt


class SearchedRateParameters(RateParameters):
    """The codec over time at one bit rate.

    Attributes:
        effort: of the search, 0 (the encoder alone) to 9.
    """

    effort: Annotated[int, Field(ge=0, le=9)] = 0


class RecogniserParameters(RootModel[RecogniserConfig]):
    """How the phone recogniser is trained."""

    model_config = ConfigDict(frozen=True)
