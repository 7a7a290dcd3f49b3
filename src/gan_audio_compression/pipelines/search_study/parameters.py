"""Parameters of the study of searches."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt

from gan_audio_compression.codec.search.config import ObjectiveName, StrategyName


class StudiedCodec(BaseModel):
    """One codec at one rate.

    Attributes:
        model: a model that ships with the package, or a model file.
        bitrate: most bits of a file for each second; None for the model's own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    bitrate: PositiveFloat | None = None


class StudiedSearch(BaseModel):
    """One search at several efforts.

    Attributes:
        strategy: of the search.
        objective: that it minimises, of a segment codec; None for the codec's own.
        efforts: at which it is tried.
        codecs: by name, that it is tried with; None for all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    strategy: StrategyName
    objective: ObjectiveName | None = None
    efforts: tuple[Annotated[int, Field(ge=0, le=9)], ...] = Field(min_length=1)
    codecs: tuple[str, ...] | None = None


class SearchStudyParameters(BaseModel):
    """Which searches are tried, and on what.

    Attributes:
        split: whose utterances; choosing is done on validation.
        utterances: at most so many, spread over the speakers.
        seconds: of each, from its start; None for all.
        codecs: by the name that figures have.
        searches: each is tried with each codec that it names.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    split: Literal["validation", "test"]
    utterances: PositiveInt
    seconds: PositiveInt | None
    codecs: dict[str, StudiedCodec] = Field(min_length=1)
    searches: tuple[StudiedSearch, ...] = Field(min_length=1)
