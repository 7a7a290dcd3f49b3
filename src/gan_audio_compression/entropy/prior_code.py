"""Frames of symbols whose tables a prior has found: how many bits they take, and the bits."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.entropy import range_coder
from gan_audio_compression.entropy.logistic import LARGEST_SYMBOL
from gan_audio_compression.entropy.tables import LevelTables

Integers = NDArray[np.int64]

HOLDS = LevelTables(np.array([[65280, 256], [2048, 63488]], np.int32))
"""Of frames that are not as before, and that are: after one that was not, and one that was."""


@dataclass(frozen=True, eq=False)
class PriorCode:
    """Frames of C symbols as they are coded.

    First comes whether a frame is as the one before; if so, no symbol follows: a sound that does
    not change costs a twentieth of a bit for each frame.

    Attributes:
        symbols: [..., frames, C].
        before: the frame before the first, [..., C].
        of: the tables.
        tables, levels: which table each symbol is coded by, and as which level of it, [..., frames,
            C].
    """

    symbols: NDArray[np.integer[Any]]
    before: Integers
    of: LevelTables
    tables: Integers
    levels: Integers

    @property
    def length(self) -> NDArray[np.float64]:
        """The ideal code length [...] in bits."""
        of_symbols = self.of.bits[self.tables, self.levels].sum(-1)
        held, after = self._held
        bits: NDArray[np.float64] = (HOLDS.bits[after, held] + of_symbols * (1 - held)).sum(-1)
        return bits

    def worthwhile(
        self, values: NDArray[np.floating], price: float | NDArray[np.floating]
    ) -> Integers:
        """Return the symbols [..., frames, C] that are worth their bits, given what they stand for.

        Of each symbol, the one above and the one below it, that of the least squared error plus
        price times bits is taken (Sullivan and Wiegand, 1998). Bits are by the tables at hand,
        though those of later symbols depend on what is taken.

        Args:
            values: [..., frames, C], of which the symbols are the nearest whole numbers.
            price: of a bit, one for all or [..., frames, C].
        """
        bits, highest = self.of.bits, self.of.counts.shape[1] - 1
        offered = [
            np.square(values - (self.symbols + step))
            + price * bits[self.tables, np.clip(self.levels + step, 0, highest)]
            for step in (-1, 0, 1)
        ]
        taken = self.symbols + np.argmin(offered, axis=0) - 1
        symbols: Integers = np.clip(taken, -LARGEST_SYMBOL, LARGEST_SYMBOL)
        return symbols

    def payload(self) -> bytes:
        """Code the frames, of which there is one row: symbols are [frames, C]."""
        coder = range_coder.encoder()
        self.encode_into(coder)
        return range_coder.payload_of(coder)

    def encode_into(self, coder: Any) -> None:
        """Code the frames, of which there is one row, by a coder of `range_coder`."""
        frames = zip(*self._held, self.levels, self.tables, strict=True)
        for held, after, levels, tables in frames:
            coder.encode(held[None], range_coder.CATEGORICAL, HOLDS.probabilities[after][None])
            if not held:
                probabilities = self.of.probabilities[tables]
                coder.encode(levels.astype(np.int32), range_coder.CATEGORICAL, probabilities)

    @cached_property
    def _held(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Whether each frame [..., frames] is as the one before, and the one before is so."""
        earlier = self.before[..., None, :]
        before = np.concatenate([earlier, self.symbols[..., :-1, :]], axis=-2)
        held = (self.symbols == before).all(-1).astype(np.int32)
        after = np.zeros_like(held)
        after[..., 1:] = held[..., :-1]
        return held, after
