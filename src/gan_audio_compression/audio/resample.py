"""Conversion of the sampling rate, of whole signals and of streams."""

import numpy as np
import soxr
from numpy.typing import NDArray

# From 48 to 16 kHz it is flat to 7.4 kHz, -0.3 dB at 7.5 kHz, and all aliases are below -170 dB;
# HQ loses 0.1 dB more at 7.5 kHz, and is hardly faster.
_QUALITY = "VHQ"


def resampled_length(length: int, from_rate: int, to_rate: int) -> int:
    """Number of samples at `to_rate` that cover `length` samples at `from_rate`, rounded up."""
    return -(-length * to_rate // from_rate)


def resample(samples: NDArray[np.float32], from_rate: int, to_rate: int) -> NDArray[np.float32]:
    """Resample [n] samples from one rate in Hz to another: [ceil(n * to_rate / from_rate)]."""
    resampler = Resampler(from_rate, to_rate)
    return np.concatenate([resampler.feed(samples), resampler.finish()])


class Resampler:
    """Resamples a stream of blocks; the same samples come out however the stream is cut.

    The output has no delay against the input. Any two rates in Hz will do; equal rates change
    nothing.
    """

    def __init__(self, from_rate: int, to_rate: int) -> None:
        self._from_rate, self._to_rate = from_rate, to_rate
        self._taken = self._given = 0
        self._stream = None
        if from_rate != to_rate:
            self._stream = soxr.ResampleStream(
                from_rate, to_rate, num_channels=1, dtype="float32", quality=_QUALITY
            )

    def feed(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take the next [n] samples; return those that are ready, possibly none."""
        self._taken += len(block)
        return self._convert(block)

    def finish(self, length: int | None = None) -> NDArray[np.float32]:
        """End the stream and return its last samples.

        Args:
            length: samples of the whole output, where a recording of that many, once resampled
                to this input, is to get its length back; by default the input's, rounded up.

        Raises:
            ValueError: a recording of `length` samples does not resample to this input's length.
        """
        if length is None:
            length = resampled_length(self._taken, self._from_rate, self._to_rate)
        elif resampled_length(length, self._to_rate, self._from_rate) != self._taken:
            raise ValueError(
                f"{self._taken} samples at {self._from_rate} Hz are not those of {length} samples "
                f"at {self._to_rate} Hz; give the length of the recording they come from."
            )
        missing = length - self._given
        # The library rounds the length of its output down: silence beyond the end makes up for it.
        silence = np.zeros(2 + 2 * self._from_rate // self._to_rate, np.float32)
        return self._convert(silence, last=True)[:missing]

    def _convert(self, block: NDArray[np.float32], last: bool = False) -> NDArray[np.float32]:
        block = np.ascontiguousarray(block, dtype=np.float32)
        converted: NDArray[np.float32] = (
            block if self._stream is None else self._stream.resample_chunk(block, last=last)
        )
        self._given += len(converted)
        return converted
