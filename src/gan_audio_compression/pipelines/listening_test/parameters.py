"""Parameters of the listening test."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt, model_validator


class ListeningTestParameters(BaseModel):
    """What the listening test plays.

    Attributes:
        title: heading of the page.
        seed: of the choice of utterances and of the stimuli's names.
        utterances: trials, beside the one for training.
        longest: seconds of an utterance; 12 or less by BS.1534-3.
        loudness_lufs: of every stimulus.
        codecs: keys of the codecs of the bench under test. With the anchors and the hidden
            reference there are at most 12 stimuli, as BS.1534-3 wants it.
        codec_anchor: key of a codec that everybody hears is poor; at 16 kHz the anchors by
            low-pass alone leave the lower half of the scale empty.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    seed: int
    utterances: PositiveInt
    longest: PositiveFloat = Field(le=12)
    loudness_lufs: float = Field(lt=0)
    codecs: tuple[str, ...] = Field(min_length=1, max_length=8)
    codec_anchor: str

    @model_validator(mode="after")
    def _names_each_codec_once(self) -> Self:
        asked = [*self.codecs, self.codec_anchor]
        if len(set(asked)) < len(asked):
            raise ValueError("a codec is named twice")
        return self
