"""The receiver of the live codec: packets in, samples out."""

import logging

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.codec.live.encoder import HOP_MS, joined
from gan_audio_compression.codec.live.errors import PacketError
from gan_audio_compression.codec.live.model import LiveModel
from gan_audio_compression.codec.live.packet_coder import (
    QUALITIES,
    Content,
    PacketCoder,
    Symbols,
    conditioning,
)
from gan_audio_compression.codec.live.packet_format import PacketFormat
from gan_audio_compression.codec.live.passing import Passing, no_pasts
from gan_audio_compression.networks.live.generator import generate
from gan_audio_compression.signal.live_level import live_gain
from gan_audio_compression.signal.loudness import from_loudness
from gan_audio_compression.signal.own_state import own_state
from gan_audio_compression.signal.synthesis import Synthesiser

logger = logging.getLogger(__name__)

Wave = NDArray[np.float32]

# What is made up for lost packets lasts so many frames, then fades by so many nepers a frame.
_LASTING, _FADING = 12, 0.25


class LiveDecoder:
    """Decodes packets while they come.

    Args:
        model: the codec.
        form: of its packets.
        held_ms: that the newest sound waits for what follows, a multiple of 8 from 8 on.

    Attributes:
        delay_ms: from a packet's first sample to the same sample of the speech.
        lost: packets so far that did not come, or could not be decoded.
    """

    def __init__(self, model: LiveModel, form: PacketFormat, held_ms: int = 24) -> None:
        self._model, self._form = model, form
        self._held = held_ms // HOP_MS
        self.delay_ms = HOP_MS * (self._held - 1)
        self.lost = 0
        self._coder = PacketCoder(model.prior, form)
        networks = model.networks
        self._pasts = no_pasts(networks.generator_blocks, networks.width, np.float64)
        nothing = np.zeros((form.latents, networks.latent_channels), np.int64)
        self._group: list[Symbols | None] = []
        self._content = Content(0, QUALITIES // 2, nothing)
        self._missing = 0
        self._synthesiser = Synthesiser(model.magnitudes(), True, self._held)

    @own_state()
    def push(self, packet: bytes | None) -> Wave:
        """Return the next samples at 16 kHz, as many as a packet has.

        Args:
            packet: the next one; None where it is lost. One that cannot be decoded counts as lost.

        Raises:
            PacketError: a packet has another size than the format says.
        """
        content = self._decoded(packet)
        if content is None:
            self.lost += 1
            self._missing += self._form.frames
        else:
            self._content, self._missing = content, 0
        self._group.append(None if content is None else content.symbols)
        if len(self._group) == self._form.group:
            self._group = []
        log_mel = self._log_mel(lost=content is None)
        gains = np.full((self._form.frames, 1), live_gain(self._content.level))
        speech = self._synthesiser.feed(log_mel, gains)
        return np.pad(speech, (self._form.samples - len(speech), 0))

    def _decoded(self, packet: bytes | None) -> Content | None:
        """Return what a packet holds; None where it is lost or needs one that is."""
        known = [symbols for symbols in self._group if symbols is not None]
        if packet is None or len(known) < len(self._group):
            return None
        try:
            return self._coder.decode(packet, joined(known, self._model))
        except PacketError as error:
            if len(packet) != self._form.size:
                raise
            logger.warning("%s", error)
            return None

    def _log_mel(self, lost: bool) -> NDArray[np.float64]:
        """Return the log mel [frames, 128] of the next packet."""
        passing = Passing(self._pasts)
        latents = self._content.symbols.astype(np.float64)[None]
        absent = np.full((1, self._form.latents), float(lost))
        quality = np.array([[conditioning(self._content.quality)]])
        loudness = generate(self._model.generator, latents, absent, quality, passing)
        self._pasts = [past[0] for past in passing.pasts]
        since = np.arange(self._form.frames) + self._missing - self._form.frames
        faded = _FADING * np.maximum(since - _LASTING, 0) if lost else np.zeros(len(since))
        faded_log_mel: NDArray[np.float64] = from_loudness(loudness[0]) - faded[:, None]
        return faded_log_mel
