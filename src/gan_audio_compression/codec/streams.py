"""Blocks of samples on their way into a codec and out of it: counted, measured, resampled."""

import logging
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.audio.resample import Resampler
from gan_audio_compression.audio.samples import MixDown
from gan_audio_compression.codec.receiver import Receiver
from gan_audio_compression.signal.level import Level, LevelMeter
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


def mixed_down(blocks: Iterable[NDArray[np.floating]]) -> Iterator[Wave]:
    """Mix down blocks [n] or [n, channels] to [n] in full scale; warn at their end of its cost."""
    mix_down = MixDown()
    for block in blocks:
        yield mix_down.mix(block)
    mix_down.warn()


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
