"""The levels of a chunk: one from each of some frames on."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.codec.container.fields import Fields, varint


class Level(NamedTuple):
    """From one frame on, the level of the signal.

    Attributes:
        start: frame of the chunk, of 8 ms each; 0 of the first level.
        code: 0 .. 255; the level is -0.5 dB times this.
    """

    start: int
    code: int


def levels_of(codes: NDArray[np.int64]) -> tuple[Level, ...]:
    """Return the levels of a chunk whose frames have these codes, [frames]."""
    starts = np.flatnonzero(np.diff(codes, prepend=-1))
    return tuple(Level(int(start), int(codes[start])) for start in starts)


def codes_of(levels: Sequence[Level], frames: int) -> NDArray[np.int64]:
    """Return the code of each of a chunk's frames, [frames]."""
    codes = np.empty(frames, np.int64)
    for level in levels:
        codes[level.start :] = level.code
    return codes


def changes_to_bytes(levels: Sequence[Level]) -> bytes:
    """Return what a chunk says of all levels but the first: their number, and each one's place.

    Raises:
        ValueError: the levels are not in order, or one is that of the frames before.
    """
    if not levels or levels[0].start != 0:
        raise ValueError("a chunk needs a level from its first frame on.")
    if not all(0 <= level.code < 256 for level in levels):
        raise ValueError(f"a level code must be 0 .. 255, unlike one of {levels}.")
    data = bytearray(varint(len(levels) - 2)) if len(levels) > 1 else bytearray()
    for before, level in pairwise(levels):
        if level.start <= before.start or level.code == before.code:
            raise ValueError("the level of a chunk must change at each place that it names.")
        data += varint(level.start - before.start - 1) + bytes([level.code])
    return bytes(data)


def read_changes(fields: Fields, first: int, frames: int) -> tuple[Level, ...]:
    """Take what `changes_to_bytes` gave; return all levels of a chunk of that many frames.

    Args:
        fields: of the chunk's content.
        first: code of the first level.
        frames: of the chunk.

    Raises:
        TruncatedError: the content ends within them.
        CorruptError: a place lies beyond the chunk, or the level does not change there.
    """
    levels = [Level(0, first)]
    for _ in range(fields.varint("number of levels") + 1):
        start = levels[-1].start + 1 + fields.varint("place of a level")
        code = fields.byte("level")
        if start >= frames or code == levels[-1].code:
            raise fields.forbidden("levels", "change where they cannot")
        levels.append(Level(start, code))
    return tuple(levels)
