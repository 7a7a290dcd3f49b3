"""The one interface of the codecs that the bench compares: ours and those of others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.errors import GanAudioCompressionError

Wave = NDArray[np.float32]


class CodecMissingError(GanAudioCompressionError):
    """A codec is not installed here; the message says how to get it."""


class CodecFailedError(GanAudioCompressionError):
    """A codec is there but did not code or decode what it was given."""


@dataclass(frozen=True)
class Coded:
    """A file, and what is known of how it was made.

    Attributes:
        data: the whole file; its size is the rate that is paid.
        payload_bits: of the coded frames in it, without headers, pages and frame tags.
        figures: others that the log of the bench keeps, by name, such as a search's objective.
    """

    data: bytes
    payload_bits: int
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Decoded:
    """What a file holds.

    Attributes:
        speech: [n] at 16 kHz and at the recording's level, with the codec's delay and padding.
        log_mel: [frames, 128] in nepers, where the codec decodes such; None where not.
    """

    speech: Wave
    log_mel: NDArray[np.float32] | None = None


class BenchCodec(Protocol):
    """Codes speech to the bytes of a whole file, and such a file to speech.

    Speech is a mono wave of shape [n], float32 in [-1, 1] at 16 kHz, at the recording's own
    level. A codec that works at another rate resamples by itself.
    """

    @property
    def suffix(self) -> str:
        """What the names of its files end with, such as ".opus", so that other programs know."""
        ...

    @property
    def how_to_get(self) -> str:
        """Where the program or library comes from, such as the name of its package."""
        ...

    @property
    def has_delay(self) -> bool:
        """Whether its speech may come late, which scoring then finds and removes."""
        ...

    def version(self) -> str:
        """Name and version of what does the work.

        Raises:
            CodecMissingError: it is not installed.
        """
        ...

    @property
    def recipe(self) -> Mapping[str, Any]:
        """All that its files and its speech depend on beside the recording, as JSON has it.

        What was made by another recipe is made anew.

        Raises:
            CodecMissingError: it is not installed.
        """
        ...

    def encode(self, speech: Wave) -> Coded:
        """Return the file.

        Raises:
            CodecMissingError: the codec is not installed.
            CodecFailedError: it refused the speech.
        """
        ...

    def decode(self, data: bytes) -> Decoded:
        """Return what a file holds, from its bytes alone.

        Raises:
            CodecMissingError: the codec is not installed.
            CodecFailedError: the data is not a file of this codec.
        """
        ...
