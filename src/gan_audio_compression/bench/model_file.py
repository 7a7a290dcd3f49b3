"""A codec of this project by a model file that another run has trained."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from gan_audio_compression.bench.codec import CodecMissingError, Coded, Decoded, Wave
from gan_audio_compression.bench.gac import GacCodec
from gan_audio_compression.codec.models import open_model


@dataclass(frozen=True)
class ModelFileCodec:
    """`GacCodec` with a model that is no dataset of the run.

    Attributes:
        model_file: where it is.
        trained_by: the command that makes it.
        bitrate, effort: see `GacCodec`.
    """

    model_file: str
    trained_by: str
    bitrate: float | None = None
    effort: int = 0

    suffix: ClassVar[str] = ".gac"
    has_delay: ClassVar[bool] = False

    @property
    def how_to_get(self) -> str:
        """See `BenchCodec.how_to_get`."""
        return f"train it with {self.trained_by}"

    def version(self) -> str:
        """See `BenchCodec.version`."""
        return self._codec.version()

    @property
    def recipe(self) -> Mapping[str, Any]:
        """See `BenchCodec.recipe`."""
        return self._codec.recipe

    def encode(self, speech: Wave) -> Coded:
        """See `GacCodec.encode`."""
        return self._codec.encode(speech)

    def decode(self, data: bytes) -> Decoded:
        """See `GacCodec.decode`."""
        return self._codec.decode(data)

    @cached_property
    def _codec(self) -> GacCodec:
        if not Path(self.model_file).is_file():
            raise CodecMissingError(f"There is no {self.model_file}; {self.how_to_get}.")
        return GacCodec(open_model(self.model_file), self.bitrate, self.effort)
