"""Blocks of samples on their way into a codec and out of it: counted, measured, resampled."""

import logging
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.audio.resample import Resampler
from gan_audio_compression.audio.samples import MixDown
from gan_audio_compression.codec.receiver import Receiver
from gan_audio_compression.signal.high_pass import high_passed
from gan_audio_compression.signal.level_track import LevelTrack
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


def mixed_down(blocks: Iterable[NDArray[np.floating]]) -> Iterator[Wave]:
    """Mix down blocks [n] or [n, channels] to [n] in full scale; warn at their end of its cost."""
    mix_down = MixDown()
    for block in blocks:
        yield mix_down.mix(block)
    mix_down.warn()


def measure(blocks: Iterable[Wave], sample_rate: int) -> LevelTrack:
    track = LevelTrack()
    for block in for_coding(blocks, sample_rate):
        track.add(block)
    return track


def for_coding(blocks: Iterable[Wave], sample_rate: int) -> Iterator[Wave]:
    """Return the blocks of a recording at 16 kHz, without what lies below speech."""
    return high_passed(_resampled(blocks, sample_rate))


def _resampled(blocks: Iterable[Wave], sample_rate: int) -> Iterator[Wave]:
    resampler = Resampler(sample_rate, SAMPLE_RATE)
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
