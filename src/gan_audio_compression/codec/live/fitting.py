"""The symbols of a packet: of the finest quality that fits into it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.codec.live.model import LiveModel
from gan_audio_compression.codec.live.packet_coder import (
    QUALITIES,
    Content,
    PacketCoder,
    Symbols,
    conditioning,
)
from gan_audio_compression.codec.live.passing import Passing, Pasts
from gan_audio_compression.entropy.logistic import nearest_symbols
from gan_audio_compression.networks.live.config import LATENT_FRAMES, MOST_AHEAD
from gan_audio_compression.networks.live.encoder import encode
from gan_audio_compression.signal.spec import MEL_BANDS

# Qualities are tried together: some around that of the packet before, then others if need be.
_AROUND = 3
# Below the coarsest quality the latents shrink by this, again and again.
_SHRINKING = 0.85

Loudness = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Fitted:
    """A packet, and what the next one must know.

    Attributes:
        packet: the bytes.
        quality: of it.
        symbols: in it, [latent frames, C].
        pasts: of the encoder.
    """

    packet: bytes
    quality: int
    symbols: Symbols
    pasts: Pasts


@dataclass(frozen=True, eq=False)
class Trial:
    """What the encoder gives at a quality.

    Attributes:
        content: of the packet.
        latents: [latent frames, C], not yet whole.
        bits: ideal code length of the symbols.
        pasts: of the encoder, after the packet.
    """

    content: Content
    latents: NDArray[np.float32]
    bits: float
    pasts: Pasts


class Fitting:
    """Codes one packet.

    Args:
        model: the codec.
        coder: of its packets.
        loudness: [5 N, 128] of the packet, and of up to 5 frames that follow it, which are the
            look-ahead.
        latents: N.
        level: of the speech, as packets have it.
        past: symbols [n, C] of the packets before in the group.
        pasts: of the encoder.
    """

    def __init__(
        self,
        model: LiveModel,
        coder: PacketCoder,
        loudness: Loudness,
        latents: int,
        level: int,
        past: Symbols,
        pasts: Pasts,
    ) -> None:
        self._model, self._coder = model, coder
        self._level, self._past, self._pasts = level, past, pasts
        own = LATENT_FRAMES * latents
        self._loudness = loudness[:own]
        self._ahead, self._seen = _ahead(loudness, latents)

    def finest(self, near: int) -> Fitted:
        """Return the packet of the finest quality that fits, which may be `near` one."""
        room = self._coder.room(self._level)
        low, high = max(near - _AROUND, 0), min(near + _AROUND + 1, QUALITIES)
        trials = self.trials(range(low, high))
        while trials[-1].bits <= room and high < QUALITIES:
            start, high = high, min(high + 2 * _AROUND, QUALITIES)
            trials += self.trials(range(start, high))
        while True:
            for trial in reversed(trials):
                if trial.bits <= room and (fitted := self._fitted(trial)):
                    return fitted
            if not low:
                return self._shrunk(trials[0])
            end, low = low, max(low - 2 * _AROUND, 0)
            trials = self.trials(range(low, end))

    def trials(self, qualities: Sequence[int]) -> list[Trial]:
        """Return what the encoder gives at each quality."""
        numbers = np.array([[conditioning(quality)] for quality in qualities], np.float32)
        passing = Passing(self._pasts)
        heard = self._loudness[None], self._ahead[None], self._seen[None]
        latents = encode(self._model.encoder, *heard, numbers, passing)
        of_rows = np.array(qualities)
        symbols = self._coder.quantised(latents, of_rows, self._past)
        bits = self._coder.lengths(symbols, of_rows, self._past)
        return [
            Trial(
                Content(self._level, quality, symbols[row]),
                latents[row],
                float(bits[row]),
                [past[row % len(past)] for past in passing.pasts],
            )
            for row, quality in enumerate(qualities)
        ]

    def _fitted(self, trial: Trial) -> Fitted | None:
        content = trial.content
        packet = self._coder.encode(content, self._past)
        if packet is None:
            return None
        return Fitted(packet, content.quality, content.symbols, trial.pasts)

    def _shrunk(self, trial: Trial) -> Fitted:
        """Return the packet of a trial with latents that are small enough to fit.

        Where the packets before make even zeros too long, all frames hold the last one before
        them, which takes a byte or two.
        """
        for symbols in (*_ever_smaller(trial.latents), self._held()):
            content = replace(trial.content, symbols=symbols)
            if fitted := self._fitted(replace(trial, content=content)):
                return fitted
        raise AssertionError("a packet has room for frames that hold.")

    def _held(self) -> Symbols:
        """Return the last frame before the packet, as often as it has frames."""
        start = np.zeros((1, self._past.shape[-1]), np.int64)
        last = np.concatenate([start, self._past])[-1:]
        return last.repeat(len(self._loudness) // LATENT_FRAMES, axis=0)


def _ever_smaller(latents: NDArray[np.float32]) -> Iterator[Symbols]:
    """Yield the symbols of latents that shrink until they are zero."""
    symbols = nearest_symbols(latents)
    while symbols.any():
        latents = _SHRINKING * latents
        symbols = nearest_symbols(latents)
        yield symbols


def _ahead(loudness: Loudness, latents: int) -> tuple[Loudness, Loudness]:
    """Return what follows each latent frame, [N, 5, 128], and what of it is seen, [N, 5]."""
    look_ahead = len(loudness) - LATENT_FRAMES * latents
    missing = MOST_AHEAD - look_ahead
    padded = np.pad(loudness[LATENT_FRAMES:], ((0, missing), (0, 0)))
    ahead = padded.reshape(latents, MOST_AHEAD, MEL_BANDS)
    seen = np.tile(np.arange(MOST_AHEAD) < look_ahead, (latents, 1)).astype(np.float32)
    return ahead, seen
