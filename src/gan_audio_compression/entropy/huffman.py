"""Huffman coding of levels, by the symbol coder of constriction."""

import constriction
import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.entropy.errors import CorruptPayloadError
from gan_audio_compression.entropy.tables import Integers, LevelTables


class HuffmanCoder:
    """A whole number of bits for each level, from one tree for each table (Huffman, 1952).

    A payload is the code words in order, each byte filled from its lowest bit; the unused bits of
    the last byte are zero.
    """

    def __init__(self, tables: LevelTables) -> None:
        # A tree depends on ratios alone, and sums of counts are exact in float64.
        weights = tables.counts.astype(np.float64)
        codebook = constriction.symbol.huffman
        self._tables = tables
        self._encoder_trees = [codebook.EncoderHuffmanTree(row) for row in weights]
        self._decoder_trees = [codebook.DecoderHuffmanTree(row) for row in weights]
        levels = range(weights.shape[1])
        self._bits = np.array(
            [[_code_length(level, tree) for level in levels] for tree in self._encoder_trees]
        )

    @property
    def bits(self) -> NDArray[np.float64]:
        """Lengths of the code words; see `EntropyCoder.bits`."""
        return self._bits

    def encode(self, symbols: Integers, contexts: Integers) -> bytes:
        """Code the symbols in order; see `EntropyCoder.encode`."""
        symbols, contexts = self._tables.checked(symbols, contexts)
        encoder = constriction.symbol.QueueEncoder()
        for symbol, context in zip(symbols.tolist(), contexts.tolist(), strict=True):
            encoder.encode_symbol(symbol, self._encoder_trees[context])
        words, bits = encoder.get_compressed_and_bitrate()
        payload: bytes = words.astype("<u4").tobytes()
        return payload[: (bits + 7) // 8]

    def decode(self, data: bytes, contexts: Integers) -> NDArray[np.int32]:
        """Decode one level for each context; see `EntropyCoder.decode`."""
        contexts = self._tables.checked_contexts(contexts)
        words = np.frombuffer(data + bytes(-len(data) % 4), dtype="<u4").astype(np.uint32)
        decoder = constriction.symbol.QueueDecoder(words)
        trees = self._decoder_trees
        try:
            symbols = [decoder.decode_symbol(trees[context]) for context in contexts.tolist()]
        except ValueError as error:
            raise CorruptPayloadError(
                f"the Huffman payload of {len(data)} bytes is corrupt; get the file again."
            ) from error
        return np.array(symbols, dtype=np.int32)


def _code_length(symbol: int, tree: constriction.symbol.huffman.EncoderHuffmanTree) -> float:
    encoder = constriction.symbol.QueueEncoder()
    encoder.encode_symbol(symbol, tree)
    return float(encoder.get_compressed_and_bitrate()[1])
