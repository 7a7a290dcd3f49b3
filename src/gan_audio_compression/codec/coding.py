"""How a sender codes, and what codes for each kind of model."""

from dataclasses import dataclass
from typing import Literal

from gan_audio_compression.codec.chunk_coder import ChunkCoder
from gan_audio_compression.codec.container.errors import CorruptError
from gan_audio_compression.codec.model import CodecModel
from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.errors import BitrateTooLowError, SearchError
from gan_audio_compression.codec.segment_coder import SegmentCoder
from gan_audio_compression.codec.sequence.coder import SequenceCoder
from gan_audio_compression.codec.sequence.model import SequenceModel

Coder = Literal["arithmetic", "huffman"]
Model = CodecModel | SequenceModel


@dataclass(frozen=True)
class Coding:
    """How a sender finds and codes its symbols.

    Attributes:
        search: strategy, objective and effort.
        coder: the entropy coder.
        bitrate: most bits of the file for each second of the recording; None for the model's own
            rate.

    Raises:
        BitrateTooLowError: the bit rate is not a positive number.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    search: SearchConfig
    coder: Coder = "arithmetic"
    bitrate: float | None = None

    def __post_init__(self) -> None:
        if self.bitrate is not None and not self.bitrate > 0:
            raise BitrateTooLowError(
                f"A bit rate of {self.bitrate} bit/s cannot be kept; give a positive number."
            )


def sending_coder(model: Model, coding: Coding) -> ChunkCoder:
    """Return what codes chunks for a sender.

    Raises:
        SearchError: the model has no such entropy coder.
    """
    if isinstance(model, CodecModel):
        return SegmentCoder(model, coding.coder, coding.search)
    if coding.coder != "arithmetic":
        raise SearchError(
            f"this model has no {coding.coder} coder; take the arithmetic one, to use its prior."
        )
    return SequenceCoder(model, coding.search)


def receiving_coder(model: Model, coder: str) -> ChunkCoder:
    """Return what decodes chunks that were coded by the entropy coder of that name.

    Raises:
        CorruptError: the model has no such entropy coder.
    """
    if isinstance(model, CodecModel):
        return SegmentCoder(model, coder)
    if coder != "arithmetic":
        raise CorruptError(
            f"the .gac data claims the {coder} coder, which its model does not have;"
            " get the file again."
        )
    return SequenceCoder(model)
