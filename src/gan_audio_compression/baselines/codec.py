"""The interface of a codec of the bench."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.errors import GanAudioCompressionError

Wave = NDArray[np.float32]


class CodecMissingError(GanAudioCompressionError):
    """A codec is not installed here; the message says how to get it."""


class CodecFailedError(GanAudioCompressionError):
    """A codec is there but did not code or decode what it was given."""


class BaselineCodec(Protocol):
    """Codes speech to the bytes of a whole file, and such a file to speech.

    Speech is a mono wave of shape [n], float32 in [-1, 1] at 16 kHz, at the recording's own
    level. A codec that works at another rate resamples by itself.
    """

    @property
    def suffix(self) -> str:
        """What the names of its files end with, such as ".opus", so that other programs know."""
        ...

    @property
    def nominal_kbit_s(self) -> float:
        """The bit rate that it is asked for."""
        ...

    @property
    def how_to_get(self) -> str:
        """Where the program or library comes from, such as the name of its package."""
        ...

    def version(self) -> str:
        """Name and version of the program or library that does the work.

        Raises:
            CodecMissingError: it is not installed.
        """
        ...

    def encode(self, speech: Wave) -> bytes:
        """Return the file.

        Raises:
            CodecMissingError: the codec is not installed.
            CodecFailedError: it refused the speech.
        """
        ...

    def decode(self, data: bytes) -> Wave:
        """Return what the file holds, with the codec's delay and padding still in it.

        Raises:
            CodecMissingError: the codec is not installed.
            CodecFailedError: the data is not a file of this codec.
        """
        ...

    def payload_bits(self, data: bytes) -> int:
        """Bits of the coded frames in a file, without headers, pages and frame tags.

        Raises:
            CodecFailedError: the data is not a file of this codec.
        """
        ...
