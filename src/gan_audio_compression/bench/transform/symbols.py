"""Arithmetic coding of the symbols of a file, each with the table that those before it choose."""

from collections.abc import Iterator

import constriction
import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.bench.transform.contexts import UNCODED, Activity, Integers
from gan_audio_compression.entropy import range_coder
from gan_audio_compression.entropy.tables import LevelTables

LARGEST_SYMBOL = 127
LEVELS = 2 * LARGEST_SYMBOL + 1


def component_contexts(symbols: Integers, classes: Integers) -> Iterator[tuple[Integers, Integers]]:
    """Yield levels [n], from 0 on, and contexts [n] of each component's coded symbols.

    Args:
        symbols: [blocks, size, components], -127 .. 127.
        classes: [size, components].
    """
    activity = Activity(*symbols.shape[:2])
    for component in range(_coded_components(classes)):
        own = symbols[:, :, component]
        coded = classes[:, component] != UNCODED
        contexts = activity.contexts(classes[:, component])
        yield (own[:, coded] + LARGEST_SYMBOL).ravel(), contexts[:, coded].ravel()
        activity.add(own)


class SymbolCoder:
    """Codes with the range coder, component after component of the KLT.

    Within a component the symbols of one table follow each other, so that the decoder, which
    needs a component's symbols to know the tables of the next, is quick and needs little memory.
    """

    def __init__(self, tables: LevelTables) -> None:
        self._models = [
            constriction.stream.model.Categorical(row, perfect=False)
            for row in tables.probabilities
        ]
        self._bits = tables.bits

    def code_length(self, symbols: Integers, classes: Integers) -> float:
        """Return the ideal code length in bits; arguments as `component_contexts`."""
        pairs = component_contexts(symbols, classes)
        return sum(float(self._bits[contexts, levels].sum()) for levels, contexts in pairs)

    def encode(self, symbols: Integers, classes: Integers) -> bytes:
        """Return the payload; arguments as `component_contexts`."""
        encoder = range_coder.encoder()
        for levels, contexts in component_contexts(symbols, classes):
            for context, places in _by_context(contexts):
                encoder.encode(levels[places], self._models[context])
        return range_coder.payload_of(encoder)

    def decode(self, data: bytes, classes: Integers, blocks: int) -> Integers:
        """Return the symbols [blocks, size, components] of a payload.

        Raises:
            CorruptPayloadError: the payload cannot have come from `encode`; most damage goes
                unseen and only gives other symbols.
        """
        decoder = range_coder.decoder_of(data)
        symbols = np.zeros((blocks, *classes.shape), np.int32)
        activity = Activity(blocks, len(classes))
        for component in range(_coded_components(classes)):
            coded = classes[:, component] != UNCODED
            contexts = activity.contexts(classes[:, component])[:, coded]
            try:
                levels = self._decode_levels(decoder, contexts.ravel())
            except AssertionError as error:
                raise range_coder.corrupt(data) from error
            symbols[:, coded, component] = levels.reshape(contexts.shape) - LARGEST_SYMBOL
            activity.add(symbols[:, :, component])
        return symbols

    def _decode_levels(
        self, decoder: constriction.stream.queue.RangeDecoder, contexts: Integers
    ) -> Integers:
        levels = np.zeros(len(contexts), np.int32)
        for context, places in _by_context(contexts):
            levels[places] = decoder.decode(self._models[context], len(places))
        return levels


def _coded_components(classes: Integers) -> int:
    """Return the number of the first components without which no coefficient is coded."""
    coded = np.flatnonzero((classes != UNCODED).any(axis=0))
    return int(coded[-1]) + 1 if len(coded) else 0


def _by_context(contexts: Integers) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Yield each context in rising order, and the places where it stands."""
    order = np.argsort(contexts, kind="stable")
    used, starts = np.unique(contexts[order], return_index=True)
    yield from zip(used.tolist(), np.split(order, starts[1:]), strict=False)
