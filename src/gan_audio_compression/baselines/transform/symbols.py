"""Arithmetic coding of the symbols of a file, each with the table that those before it choose."""

from collections.abc import Iterator

import constriction
import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.baselines.transform.contexts import UNCODED, Activity, Integers
from gan_audio_compression.entropy.errors import CorruptPayloadError
from gan_audio_compression.entropy.tables import TOTAL, LevelTables

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
    """Codes with constriction's range coder, component after component of the KLT.

    Within a component the symbols of one table follow each other, so that the decoder, which
    needs a component's symbols to know the tables of the next, is quick and needs little memory.
    """

    def __init__(self, tables: LevelTables) -> None:
        # As in entropy.arithmetic: perfect=False is exact for multiples of 1 / TOTAL.
        self._models = [
            constriction.stream.model.Categorical(row / TOTAL, perfect=False)
            for row in tables.counts
        ]
        self._bits = tables.bits

    def code_length(self, symbols: Integers, classes: Integers) -> float:
        """Return the ideal code length in bits; arguments as `component_contexts`."""
        pairs = component_contexts(symbols, classes)
        return sum(float(self._bits[contexts, levels].sum()) for levels, contexts in pairs)

    def encode(self, symbols: Integers, classes: Integers) -> bytes:
        """Return the payload; arguments as `component_contexts`."""
        encoder = constriction.stream.queue.RangeEncoder()
        for levels, contexts in component_contexts(symbols, classes):
            for context, places in _by_context(contexts):
                encoder.encode(levels[places], self._models[context])
        payload: bytes = encoder.get_compressed().astype(">u4").tobytes()
        return payload

    def decode(self, data: bytes, classes: Integers, blocks: int) -> Integers:
        """Return the symbols [blocks, size, components] of a payload.

        Raises:
            CorruptPayloadError: the payload cannot have come from `encode`; most damage goes
                unseen and only gives other symbols.
        """
        if len(data) % 4:
            raise _corrupt(data)
        words = np.frombuffer(data, dtype=">u4").astype(np.uint32)
        decoder = constriction.stream.queue.RangeDecoder(words)
        symbols = np.zeros((blocks, *classes.shape), np.int32)
        activity = Activity(blocks, len(classes))
        for component in range(_coded_components(classes)):
            coded = classes[:, component] != UNCODED
            contexts = activity.contexts(classes[:, component])[:, coded]
            try:
                levels = self._decode_levels(decoder, contexts.ravel())
            except AssertionError as error:
                raise _corrupt(data) from error
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


def _corrupt(data: bytes) -> CorruptPayloadError:
    return CorruptPayloadError(
        f"the transform-coded payload of {len(data)} bytes is corrupt; get the file again."
    )


def _coded_components(classes: Integers) -> int:
    """Return the number of the first components without which no coefficient is coded."""
    coded = np.flatnonzero((classes != UNCODED).any(axis=0))
    return int(coded[-1]) + 1 if len(coded) else 0


def _by_context(contexts: Integers) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Yield each context in rising order, and the places where it stands."""
    order = np.argsort(contexts, kind="stable")
    used, starts = np.unique(contexts[order], return_index=True)
    yield from zip(used.tolist(), np.split(order, starts[1:]), strict=False)
