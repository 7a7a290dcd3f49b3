"""Endless audio cut into pieces, one for each chunk, with the context that its frames need."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, repeat

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.signal.spec import FFT_SIZE, HOP

CONTEXT = FFT_SIZE // 2
"""Samples before the first and after the last of a piece that its frames look at."""


@dataclass(frozen=True, eq=False)
class Piece:
    """The samples of one chunk, and those around it.

    Attributes:
        recorded: the chunk's samples, after up to 256 that precede it and before up to 256 that
            follow; fewer only where the recording begins or ends.
        left: zeros that stand for what would precede the recording, 0 or 256.
        size: samples that are the chunk's own.
        last: no chunk follows.
    """

    recorded: NDArray[np.float32]
    left: int
    size: int
    last: bool

    @property
    def samples(self) -> NDArray[np.float32]:
        """The chunk's own samples, [size]."""
        start = CONTEXT - self.left
        return self.recorded[start : start + self.size]

    @property
    def right(self) -> int:
        """Zeros that stand for what would follow the recording, 0 to 256."""
        return 2 * CONTEXT + self.size - self.left - len(self.recorded)

    @property
    def frames(self) -> int:
        """STFT frames: those centred in the chunk and, in the last, at the end or just before."""
        return self.size // HOP + self.last


def cut(blocks: Iterable[NDArray[np.float32]], chunk_samples: int) -> Iterator[Piece]:
    """Cut `blocks` (each [n], of any size) into pieces of `chunk_samples` samples.

    Each comes as soon as its context is complete. The last has 1 to `chunk_samples` samples, so
    that all pieces have together the 1 + N // 128 frames of a whole of N; no samples, no piece.

    Raises:
        ValueError: `chunk_samples` is not a positive multiple of 128, or less than the context.
    """
    if chunk_samples < CONTEXT or chunk_samples % HOP:
        raise ValueError(
            f"A chunk of {chunk_samples} samples cannot be cut into frames; "
            f"take a multiple of {HOP} from {CONTEXT} on."
        )
    waiting, left = np.zeros(0, dtype=np.float32), CONTEXT
    nothing_more = (np.zeros(0, dtype=np.float32), 1)
    for block, ahead in chain(zip(blocks, repeat(CONTEXT)), [nothing_more]):
        waiting = np.concatenate([waiting, block])
        while len(waiting) >= (end := CONTEXT - left + chunk_samples) + ahead:
            yield Piece(waiting[: end + CONTEXT], left, chunk_samples, last=False)
            waiting, left = waiting[end - CONTEXT :], 0
    if len(waiting):
        yield Piece(waiting, left, len(waiting) - CONTEXT + left, last=True)
