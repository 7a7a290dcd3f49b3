"""Blocks of samples on their way into a codec and out of it: counted, measured, resampled."""

import logging
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.audio.errors import AudioShapeError
from gan_audio_compression.audio.resample import Resampler
from gan_audio_compression.audio.samples import mono
from gan_audio_compression.codec.receiver import Receiver
from gan_audio_compression.signal.level import Level, LevelMeter
from gan_audio_compression.signal.spec import HOP, SAMPLE_RATE

logger = logging.getLogger(__name__)

Wave = NDArray[np.float32]


class CountedBlocks:
    """Blocks, and how many samples they had so far."""

    def __init__(self, blocks: Iterable[Wave]) -> None:
        self._blocks = blocks
        self.samples = 0

    def __iter__(self) -> Iterator[Wave]:
        for block in self._blocks:
            self.samples += len(block)
            yield block


def full_scale(samples: NDArray[np.floating]) -> Wave:
    kind = np.asarray(samples).dtype
    if kind.kind in "iu":
        raise AudioShapeError(
            f"Samples of type {kind} are no floats in [-1, 1]; divide them by their full scale,"
            " which is 32768 for 16 bits."
        )
    return mono(samples).clip(-1, 1)


def measure(blocks: Iterable[Wave], sample_rate: int) -> Level:
    meter = LevelMeter()
    for block in resampled(blocks, sample_rate, SAMPLE_RATE):
        meter.add(block)
    return meter.level


def resampled(blocks: Iterable[Wave], from_rate: int, to_rate: int) -> Iterator[Wave]:
    resampler = Resampler(from_rate, to_rate)
    for block in blocks:
        yield resampler.feed(block)
    yield resampler.finish()


class DecodedBlocks:
    """The samples that a receiver gives, at a rate; a recording's own length is met exactly.

    Attributes:
        samples: how many there were so far.
        lost_seconds: of the recording, which are silent, since they were damaged.
    """

    def __init__(self, receiver: Receiver, rate: int) -> None:
        self._receiver = receiver
        self._rate = rate
        self.samples = 0
        self.lost_seconds = 0.0

    @property
    def size(self) -> int:
        """Bytes of the file that were read so far."""
        return self._receiver.size

    def __iter__(self) -> Iterator[Wave]:
        clipped = 0
        for block in self._resampled():
            self.samples += len(block)
            clipped += int(np.count_nonzero(np.abs(block) > 1))
            yield block.clip(-1, 1)
        if clipped:
            logger.warning(
                "%d of %d samples went beyond full scale and were clipped.", clipped, self.samples
            )

    def _resampled(self) -> Iterator[Wave]:
        receiver, resampler = self._receiver, Resampler(SAMPLE_RATE, self._rate)
        for chunk in receiver.chunks():
            if not len(chunk.symbols):
                # At the end of a recording there is a frame more than its length has.
                self.lost_seconds += (len(chunk.log_mel) - 1) * HOP / SAMPLE_RATE
            yield resampler.feed(chunk.speech)
        yield resampler.finish(receiver.total if self._rate == receiver.sample_rate else None)
