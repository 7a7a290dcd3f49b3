"""The quality of a chunk of the sequence codec, and the forms that it takes."""

from dataclasses import dataclass

from gan_audio_compression.entropy.integer_prior import ONE

QUALITIES = 256
"""Qualities that a chunk may have, from the coarsest, 0, to the finest."""


@dataclass(frozen=True)
class Quality:
    """How finely a chunk is coded.

    Attributes:
        index: 0 .. 255, as the first byte of a payload has it.
    """

    index: int

    @property
    def share(self) -> float:
        """The quality in 0 .. 1, as the trade of bits for distortion takes it."""
        return self.index / (QUALITIES - 1)

    @property
    def fixed_point(self) -> int:
        """The quality in 0 .. 4096, as the integer prior takes it."""
        return self.index * ONE // (QUALITIES - 1)

    @property
    def conditioning(self) -> float:
        """The quality in 0 .. 1, as the networks and the float prior take it."""
        return self.fixed_point / ONE
