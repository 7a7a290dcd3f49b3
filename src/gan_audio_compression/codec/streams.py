"""Blocks of samples on their way into a codec and out of it: counted, measured, resampled."""

import logging
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.audio.resample import Resampler
from gan_audio_compression.audio.samples import mono
from gan_audio_compression.codec.receiver import Receiver
from gan_audio_compression.signal.high_pass import HighPass
from gan_audio_compression.signal.level_track import LevelTrack
from gan_audio_compression.signal.spec import SAMPLE_RATE

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
    return mono(samples).clip(-1, 1)


def measure(blocks: Iterable[Wave], sample_rate: int) -> LevelTrack:
    track = LevelTrack()
    for block in for_coding(blocks, sample_rate):
        track.add(block)
    return track


def for_coding(blocks: Iterable[Wave], sample_rate: int) -> Iterator[Wave]:
    """Yield blocks of a recording at 16 kHz, without what lies below speech."""
    resampler, high_pass = Resampler(sample_rate, SAMPLE_RATE), HighPass()
    for block in blocks:
        yield high_pass.feed(resampler.feed(block))
    yield high_pass.feed(resampler.finish())


def at_rate(receiver: Receiver, rate: int) -> Iterator[Wave]:
    """Resample what a receiver gives; a recording's own length is met exactly."""
    resampler = Resampler(SAMPLE_RATE, rate)

    def blocks() -> Iterator[Wave]:
        for chunk in receiver.chunks():
            yield resampler.feed(chunk.speech)
        yield resampler.finish(receiver.total if rate == receiver.sample_rate else None)

    total = clipped = 0
    for block in blocks():
        total += len(block)
        clipped += int(np.count_nonzero(np.abs(block) > 1))
        yield block.clip(-1, 1)
    if clipped:
        logger.warning("%d of %d samples went beyond full scale and were clipped.", clipped, total)
