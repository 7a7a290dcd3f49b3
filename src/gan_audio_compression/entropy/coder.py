"""The interface of an entropy coder, and the coders by name."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.entropy.arithmetic import ArithmeticCoder
from gan_audio_compression.entropy.huffman import HuffmanCoder
from gan_audio_compression.entropy.tables import Integers, LevelTables


class EntropyCoder(Protocol):
    """Codes levels without loss; sender and receiver hold the same tables."""

    @property
    def bits(self) -> NDArray[np.float64]:
        """Bits that each level takes by each table, [tables, levels], but for rounding."""
        ...

    def encode(self, symbols: Integers, contexts: Integers) -> bytes:
        """Code `symbols` [n] in order, each with the table that `contexts` [n] names.

        Raises:
            ValueError: a symbol or context is out of range, or the lengths differ.
        """
        ...

    def decode(self, data: bytes, contexts: Integers) -> NDArray[np.int32]:
        """Levels [n], one for each of `contexts` [n]; always within the range of levels.

        Raises:
            CorruptPayloadError: `data` cannot have come from `encode`. Most damage goes unseen
                here and only gives other levels, so guard payloads by a checksum.
            ValueError: a context is out of range.
        """
        ...


_CODERS: dict[str, Callable[[LevelTables], EntropyCoder]] = {
    "arithmetic": ArithmeticCoder,
    "huffman": HuffmanCoder,
}


def make_coder(name: str, tables: LevelTables) -> EntropyCoder:
    """The coder of that name, "arithmetic" or "huffman", with these tables.

    Raises:
        ValueError: there is no coder of that name.
    """
    if name not in _CODERS:
        raise ValueError(f"no entropy coder is called {name!r}; choose one of {sorted(_CODERS)}.")
    return _CODERS[name](tables)
