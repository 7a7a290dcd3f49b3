"""Arithmetic coding of levels, by the range coder of constriction."""

import constriction
import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.entropy.errors import CorruptPayloadError
from gan_audio_compression.entropy.tables import TOTAL, Integers, LevelTables

# perfect=False only adds and scales, which is exact in float64 for multiples of 1 / TOTAL;
# perfect=True would bring in rounded logarithms.
_MODEL = constriction.stream.model.Categorical(perfect=False)


class ArithmeticCoder:
    """Spends at most 1 % and one byte more than the ideal code length on a minute of speech.

    A payload is a binary fraction in [0, 1), most significant byte first, that lies within the
    interval of its symbols (Martin, 1979). The decoder reads zeros after the last byte, so the
    encoder sends the shortest fraction of that interval.
    """

    def __init__(self, tables: LevelTables) -> None:
        self._tables = tables

    def encode(self, symbols: Integers, contexts: Integers) -> bytes:
        """Code the symbols in order; see `EntropyCoder.encode`."""
        symbols, contexts = self._tables.checked(symbols, contexts)
        probabilities = self._tables.counts[contexts] / TOTAL
        encoder = constriction.stream.queue.RangeEncoder()
        encoder.encode(symbols, _MODEL, probabilities)
        payload: bytes = encoder.get_compressed().astype(">u4").tobytes()
        shorter = _without_last_byte(payload)
        while shorter is not None and _decodes_to(symbols, shorter, probabilities):
            payload, shorter = shorter, _without_last_byte(shorter)
        return payload

    def decode(self, data: bytes, contexts: Integers) -> NDArray[np.int32]:
        """Decode one level for each context; see `EntropyCoder.decode`."""
        contexts = self._tables.checked_contexts(contexts)
        return _decode(data, self._tables.counts[contexts] / TOTAL)


def _decode(data: bytes, probabilities: NDArray[np.float64]) -> NDArray[np.int32]:
    words = np.frombuffer(data + bytes(-len(data) % 4), dtype=">u4").astype(np.uint32)
    try:
        symbols: NDArray[np.int32] = constriction.stream.queue.RangeDecoder(words).decode(
            _MODEL, probabilities
        )
    except AssertionError as error:
        raise CorruptPayloadError(
            f"the arithmetic payload of {len(data)} bytes is corrupt; get the file again."
        ) from error
    return symbols


def _without_last_byte(payload: bytes) -> bytes | None:
    """The fraction rounded up to one byte less; None where that reaches 1 or nothing is left."""
    if not payload:
        return None
    rounded = -(-int.from_bytes(payload, "big") // 256)
    length = len(payload) - 1
    return rounded.to_bytes(length, "big") if rounded.bit_length() <= 8 * length else None


def _decodes_to(
    symbols: NDArray[np.int32], payload: bytes, probabilities: NDArray[np.float64]
) -> bool:
    try:
        return np.array_equal(symbols, _decode(payload, probabilities))
    except CorruptPayloadError:
        return False
