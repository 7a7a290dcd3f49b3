"""What a packet holds, as bytes and back, in whole numbers alone."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.codec.live.checksum import crc8
from gan_audio_compression.codec.live.errors import PacketError
from gan_audio_compression.codec.live.packet_format import PacketFormat
from gan_audio_compression.entropy import range_coder
from gan_audio_compression.entropy.integer_prior import ONE, IntegerPrior
from gan_audio_compression.entropy.logistic import nearest_symbols
from gan_audio_compression.entropy.tables import TOTAL, LevelTables

QUALITIES = 32
"""Qualities that a packet may have, from the coarsest, 0, to the finest."""

_LOUD = (2235, 3725, 6208, 10347, 17246, 10347, 6208, 3725)
_FAINT = (2235, 1341, 805, 483, 290, 174, 104, 63)
LEVELS = LevelTables(np.array([_LOUD + _FAINT], np.int32))
"""Of the level of speech: -24 dB is likely, each step up or down from there is less so by 0.6."""

_EVEN = LevelTables(np.full((1, QUALITIES), TOTAL // QUALITIES, np.int32))
# Of a bit at the coarsest quality, as a share of the squared distance between two symbols. At the
# finest it is zero: bits are left over there.
_PRICE = 0.12

Symbols = NDArray[np.int64]
Quality = TypeVar("Quality", int, NDArray[np.int64])


def fixed_point(quality: Quality) -> Quality:
    """Return a quality in 0 .. 4096, as the prior takes it."""
    return quality * ONE // (QUALITIES - 1)


def conditioning(quality: int) -> float:
    """Return a quality in 0 .. 1, as the networks take it."""
    return fixed_point(quality) / ONE


@dataclass(frozen=True, eq=False)
class Content:
    """What a packet holds.

    Attributes:
        level: of the speech, 0 .. 15, see `signal.live_level`.
        quality: 0 .. 31.
        symbols: [latent frames, C].
    """

    level: int
    quality: int
    symbols: Symbols


class PacketCoder:
    """Codes the contents of packets of one format.

    Args:
        prior: of the symbols.
        form: of the packets.
    """

    def __init__(self, prior: IntegerPrior, form: PacketFormat) -> None:
        self._prior, self._form = prior, form
        self._room = form.size - form.check_bits // 8

    def room(self, level: int) -> float:
        """Return the bits for the symbols of speech of a level."""
        return float(8 * self._room - LEVELS.bits[0, level] - _EVEN.bits[0, 0])

    def quantised(
        self, latents: NDArray[np.float32], qualities: NDArray[np.int64], past: Symbols
    ) -> Symbols:
        """Return the symbols near latents [B, latent frames, C] that are worth their bits.

        Args:
            latents: of which each row would be a packet.
            qualities: see `lengths`.
            past: see `lengths`.
        """
        code = self._prior.code(nearest_symbols(latents), fixed_point(qualities), past)
        price = _PRICE * (1 - qualities / (QUALITIES - 1))
        return code.worthwhile(latents, price[:, None, None])

    def lengths(
        self, symbols: Symbols, qualities: NDArray[np.int64], past: Symbols
    ) -> NDArray[np.float64]:
        """Return the ideal code lengths [B] in bits of symbols [B, latent frames, C].

        Args:
            symbols: of which each row would be a packet.
            qualities: [B], in 0 .. 31.
            past: [n, C], of the packets before in the group.
        """
        return self._prior.code(symbols, fixed_point(qualities), past).length

    def encode(self, content: Content, past: Symbols) -> bytes | None:
        """Return the packet; None if the content does not fit.

        Args:
            content: of it.
            past: symbols [n, C] of the packets before in the group.
        """
        coder = range_coder.encoder()
        for value, table in ((content.level, LEVELS), (content.quality, _EVEN)):
            only = np.array([value], np.int32)
            coder.encode(only, range_coder.CATEGORICAL, table.probabilities)
        code = self._prior.code(content.symbols, fixed_point(content.quality), past)
        code.encode_into(coder)
        payload = range_coder.payload_of(coder)
        if len(payload) > self._room:
            return None
        filled = payload + bytes(self._room - len(payload))
        return filled + self._checksum(filled)

    def decode(self, packet: bytes, past: Symbols) -> Content:
        """Undo `encode`.

        Raises:
            PacketError: the packet is of another size, or damaged.
        """
        if len(packet) != self._form.size:
            raise PacketError(
                f"a packet has {len(packet)} bytes, not {self._form.size};"
                " sender and receiver must agree on their size."
            )
        payload, checksum = packet[: self._room], packet[self._room :]
        if checksum != self._checksum(payload):
            raise PacketError("a packet is damaged: its checksum is wrong; it counts as lost.")
        decoder = range_coder.decoder_of(payload)
        try:
            level, quality = (
                int(decoder.decode(range_coder.CATEGORICAL, table.probabilities)[0])
                for table in (LEVELS, _EVEN)
            )
            symbols = self._prior.decode_from(
                decoder, self._form.latents, fixed_point(quality), past
            )
        except AssertionError as error:
            raise PacketError("a packet is damaged; it counts as lost.") from error
        return Content(level, quality, symbols)

    def _checksum(self, payload: bytes) -> bytes:
        return bytes([crc8(payload)][: self._form.check_bits // 8])
