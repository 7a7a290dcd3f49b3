"""Parameters of compression."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from gan_audio_compression.codec.search.config import SearchConfig


class CodingParameters(BaseModel):
    """How one system finds and codes its symbols.

    Attributes:
        search: strategy, objective and effort.
        coder: the entropy coder.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    search: SearchConfig
    coder: Literal["arithmetic", "huffman"]
