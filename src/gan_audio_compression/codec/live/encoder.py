"""The sender of the live codec: samples in, packets out."""

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.codec.live.errors import LiveFormatError
from gan_audio_compression.codec.live.fitting import Fitting
from gan_audio_compression.codec.live.model import LiveModel
from gan_audio_compression.codec.live.packet_coder import PacketCoder, Symbols
from gan_audio_compression.codec.live.packet_format import PacketFormat
from gan_audio_compression.codec.live.passing import no_pasts
from gan_audio_compression.networks.live.config import MOST_AHEAD
from gan_audio_compression.signal.analysis import log_mel_of, short_time_spectrum
from gan_audio_compression.signal.chunks import CONTEXT
from gan_audio_compression.signal.high_pass import HighPass
from gan_audio_compression.signal.live_level import LiveLevel, live_gain
from gan_audio_compression.signal.loudness import to_loudness
from gan_audio_compression.signal.own_state import own_state
from gan_audio_compression.signal.spec import FFT_SIZE, HOP, SAMPLE_RATE

Wave = NDArray[np.float32]

HOP_MS = 1000 * HOP // SAMPLE_RATE
"""Milliseconds from a frame of the log mel to the next, the unit of all delays: 8."""


class LiveEncoder:
    """Encodes speech while it comes.

    Args:
        model: the codec.
        form: of its packets.
        ahead_ms: that the encoder looks beyond each packet, a multiple of 8 up to 40.

    Attributes:
        delay_ms: from the first sample of a packet to the packet, computing aside.

    Raises:
        LiveFormatError: the look-ahead is none of these.
    """

    def __init__(self, model: LiveModel, form: PacketFormat, ahead_ms: int = 40) -> None:
        if ahead_ms not in range(0, HOP_MS * MOST_AHEAD + 1, HOP_MS):
            raise LiveFormatError(
                f"ahead_ms is {ahead_ms}; give a multiple of {HOP_MS} from 0 to"
                f" {HOP_MS * MOST_AHEAD}."
            )
        self._model, self._form, self._ahead = model, form, ahead_ms // HOP_MS
        self.delay_ms = form.packet_ms + ahead_ms + HOP_MS
        self._coder = PacketCoder(model.prior, form)
        self._high_pass, self._level = HighPass(), LiveLevel()
        networks = model.networks
        self._pasts = no_pasts(networks.encoder_blocks, networks.width, np.float32)
        self._group: list[Symbols] = []
        self._waiting = np.zeros(CONTEXT, np.float32)

    @own_state()
    def push(self, samples: NDArray[np.floating]) -> list[bytes]:
        """Return the packets that are complete when `samples` have come: [n] at 16 kHz, any n."""
        filtered = self._high_pass.feed(np.asarray(samples, np.float32))
        self._level.feed(filtered)
        self._waiting = np.concatenate([self._waiting, filtered])
        packets = []
        while len(self._waiting) >= self._needed:
            packets.append(self._packet())
        return packets

    def finish(self) -> list[bytes]:
        """Return the last packets, as if silence followed until all samples are in one."""
        own = len(self._waiting) - CONTEXT
        if own <= 0:
            return []
        missing = (
            self._needed - len(self._waiting) + (own - 1) // self._form.samples * self._form.samples
        )
        return self.push(np.zeros(max(missing, 0), np.float32))

    @property
    def _needed(self) -> int:
        """Samples that the next packet needs, with those before it that its first frame sees."""
        return FFT_SIZE + HOP * (self._form.frames + self._ahead - 1)

    def _packet(self) -> bytes:
        spectrum = short_time_spectrum(self._waiting[: self._needed])
        level = self._level.code
        loudness = to_loudness(log_mel_of(np.abs(spectrum) * np.float32(live_gain(level))))
        fitted = Fitting(
            self._model,
            self._coder,
            loudness,
            self._form.latents,
            level,
            joined(self._group, self._model),
            self._pasts,
        ).finest()
        self._pasts = fitted.pasts
        self._group.append(fitted.symbols)
        if len(self._group) == self._form.group:
            self._group = []
        self._waiting = self._waiting[self._form.samples :]
        return fitted.packet


def joined(group: list[Symbols], model: LiveModel) -> Symbols:
    """Return the symbols [n, C] of the packets of a group so far."""
    nothing = np.zeros((0, model.networks.latent_channels), np.int64)
    return np.concatenate([nothing, *group])
