"""How a sender finds and codes its symbols."""

from dataclasses import dataclass
from typing import Literal, TypedDict

from gan_audio_compression.codec.search.config import SearchConfig
from gan_audio_compression.codec.search.errors import BitrateTooLowError

CoderName = Literal["arithmetic", "huffman"]


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
    coder: CoderName = "arithmetic"
    bitrate: float | None = None

    def __post_init__(self) -> None:
        if self.bitrate is not None and not self.bitrate > 0:
            raise BitrateTooLowError(
                f"A bit rate of {self.bitrate} bit/s cannot be kept; give a positive number."
            )


class EncodeOptions(TypedDict, total=False):
    """How to encode; each may be left out.

    Attributes:
        search: strategy that looks for the best symbols: "encoder_only", "back_propagation",
            "admm", "annealing" or "refinement"; None, as without it, for the model's own.
        effort: 0 (the encoder alone) to 9; None, as without it, for 3, or 0 where PyTorch is not
            installed. 5 takes a second of one core for each second of audio.
        bitrate: most bits for each second, by the size of the file; None, as without it, for the
            model's own: 2000 of a sequence model, of a segment model as many as its levels take.
    """

    search: str | None
    effort: int | None
    bitrate: float | None
