"""The range coder of constriction, and the one form in which its payloads stand in files.

A payload is a binary fraction in [0, 1), most significant byte first, that lies within the interval
of its symbols (Martin, 1979). The decoder reads zeros after the last byte, so an encoder sends the
shortest fraction of that interval.
"""

import constriction
import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.entropy.errors import CorruptPayloadError

# perfect=False only adds and scales, which is exact in float64 for probabilities that are multiples
# of 1 / TOTAL; perfect=True would bring in rounded logarithms.
CATEGORICAL = constriction.stream.model.Categorical(perfect=False)
"""The entropy model, given a row of probabilities for each symbol."""

_WORD_BYTES, _STATE_BYTES = 4, 8

Symbols = NDArray[np.int32]
Probabilities = NDArray[np.float64]


def encode(symbols: Symbols, probabilities: Probabilities) -> bytes:
    """Return the payload of `symbols` [n], each with its row of `probabilities` [n, levels]."""
    coder = encoder()
    coder.encode(symbols, CATEGORICAL, probabilities)
    return payload_of(coder)


def decode(payload: bytes, probabilities: Probabilities) -> Symbols:
    """Undo `encode`.

    Raises:
        CorruptPayloadError: the payload cannot have come from `encode`.
    """
    try:
        symbols: Symbols = decoder_of(payload).decode(CATEGORICAL, probabilities)
    except AssertionError as error:
        raise corrupt(payload) from error
    return symbols


def encoder() -> constriction.stream.queue.RangeEncoder:
    """Return an encoder for symbols whose tables are of different sizes; see `payload_of`."""
    return constriction.stream.queue.RangeEncoder()


def payload_of(encoder: constriction.stream.queue.RangeEncoder) -> bytes:
    """Return the shortest fraction within the interval of what was encoded.

    The interval begins at the largest number, up to the fraction that the encoder would send, whose
    last 64 bits are those of its state.
    """
    words = encoder.get_compressed()
    position, (lower, span) = encoder.pos()
    size = _WORD_BYTES * position + _STATE_BYTES
    sent: int = int.from_bytes(words.astype(">u4").tobytes(), "big")
    sent <<= 8 * (size - _WORD_BYTES * len(words))
    start: int = sent - (sent - lower) % (1 << 8 * _STATE_BYTES)
    fraction, dropped = start, 0
    while dropped < size:
        shift = 8 * (dropped + 1)
        shorter = -(-start >> shift)
        if shorter << shift >= start + span or shorter.bit_length() > 8 * size - shift:
            break
        fraction, dropped = shorter, dropped + 1
    return fraction.to_bytes(size - dropped, "big")


def decoder_of(payload: bytes) -> constriction.stream.queue.RangeDecoder:
    """Return a decoder of a payload, for tables that depend on what was decoded before.

    It raises an AssertionError where the payload cannot have come from an encoder.
    """
    words = np.frombuffer(payload + bytes(-len(payload) % _WORD_BYTES), dtype=">u4")
    return constriction.stream.queue.RangeDecoder(words.astype(np.uint32))


def model_of(row: Probabilities) -> constriction.stream.model.Categorical:
    """Return the entropy model of one row [levels]: what `CATEGORICAL` is with that row.

    A decoder takes single symbols by it sooner.
    """
    return constriction.stream.model.Categorical(row, perfect=False, lazy=True)


def corrupt(payload: bytes) -> CorruptPayloadError:
    """Return the error of a payload that cannot have come from an encoder."""
    return CorruptPayloadError(
        f"the arithmetic payload of {len(payload)} bytes is corrupt; get the file again."
    )
