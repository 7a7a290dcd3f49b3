"""The sender of the live codec: samples in, packets out."""

from dataclasses import asdict
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.codec.live.errors import LiveFormatError
from gan_audio_compression.codec.live.fitting import Fitting
from gan_audio_compression.codec.live.model import LiveModel
from gan_audio_compression.codec.live.noise_packet import NOISE_GAIN, NOISE_MS, noise_packet
from gan_audio_compression.codec.live.packet_coder import QUALITIES, PacketCoder, Symbols
from gan_audio_compression.codec.live.packet_format import PacketFormat
from gan_audio_compression.codec.live.passing import no_pasts, pasts_of, pasts_under
from gan_audio_compression.codec.live.state import from_state, to_state
from gan_audio_compression.networks.live.config import MOST_AHEAD
from gan_audio_compression.networks.weights import weights_below, weights_under
from gan_audio_compression.signal.analysis import log_mel_of, short_time_spectrum
from gan_audio_compression.signal.chunks import CONTEXT
from gan_audio_compression.signal.high_pass import HighPass
from gan_audio_compression.signal.live_level import LiveLevel, live_gain
from gan_audio_compression.signal.loudness import to_loudness
from gan_audio_compression.signal.own_state import own_state
from gan_audio_compression.signal.pauses import Pauses
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
        dtx: whether pauses are left out (discontinuous transmission): two bytes stand for their
            noise every half second, and b"" for the packets between, which are not to be sent.
            The packets of a group must then be one.

    Attributes:
        delay_ms: from the first sample of a packet to the packet, computing aside.

    Raises:
        LiveFormatError: the look-ahead is none of these, or there are groups.
    """

    def __init__(
        self, model: LiveModel, form: PacketFormat, ahead_ms: int = 8, dtx: bool = False
    ) -> None:
        if ahead_ms not in range(0, HOP_MS * MOST_AHEAD + 1, HOP_MS):
            raise LiveFormatError(
                f"ahead_ms is {ahead_ms}; give a multiple of {HOP_MS} from 0 to"
                f" {HOP_MS * MOST_AHEAD}."
            )
        if dtx and form.group > 1:
            raise LiveFormatError(
                f"packets in groups of {form.group} cannot be left out; use a group of 1 with dtx."
            )
        self._model, self._form, self._ahead = model, form, ahead_ms // HOP_MS
        self.delay_ms = form.packet_ms + ahead_ms + HOP_MS
        self._coder = PacketCoder(model.prior, form)
        self._high_pass, self._level = HighPass(), LiveLevel()
        self._pauses = Pauses(form.frames) if dtx else None
        # Packets of a pause since its noise was said, and the quality of the last one with speech.
        self._unsaid, self._quality = 0, QUALITIES // 2
        # Samples as they came, and filtered ones that the next packet sees.
        self._raw, self._waiting = np.zeros(0, np.float32), np.zeros(CONTEXT, np.float32)
        self._start_anew()

    @own_state()
    def push(self, samples: NDArray[np.floating]) -> list[bytes]:
        """Return the packets that are complete when `samples` have come: [n] at 16 kHz, any n."""
        self._raw = np.concatenate([self._raw, np.asarray(samples, np.float32)])
        packets = []
        while len(self._raw) >= (missing := self._needed - len(self._waiting)):
            filtered = self._high_pass.feed(self._raw[:missing])
            self._level.feed(filtered)
            self._raw = self._raw[missing:]
            self._waiting = np.concatenate([self._waiting, filtered])
            packets.append(self._packet())
        return packets

    def finish(self) -> list[bytes]:
        """Return the last packets, as if silence followed until all samples are in one."""
        there = len(self._waiting) + len(self._raw)
        own = there - CONTEXT
        if own <= 0:
            return []
        missing = self._needed - there + (own - 1) // self._form.samples * self._form.samples
        return self.push(np.zeros(missing, np.float32))

    def state(self) -> bytes:
        """Return all that the encoder knows, for `LiveEncoder.resumed`."""
        arrays: dict[str, NDArray[Any]] = {
            "raw": self._raw,
            "waiting": self._waiting,
            "unsaid": np.array(self._unsaid),
            "quality": np.array(self._quality),
            "group": self._group,
        }
        arrays |= pasts_under("past", self._pasts)
        arrays |= weights_under("high_pass", self._high_pass.snapshot())
        arrays |= weights_under("level", self._level.snapshot())
        if self._pauses is not None:
            arrays |= weights_under("pauses", self._pauses.snapshot())
        settings = {"form": asdict(self._form), "ahead_ms": HOP_MS * self._ahead}
        settings |= {"dtx": self._pauses is not None}
        return to_state(settings | {"kind": "encoder", "model": self._model.digest}, arrays)

    @classmethod
    def resumed(cls, model: LiveModel, state: bytes) -> Self:
        """Return an encoder that goes on from a `state`.

        Raises:
            LiveStateError: the bytes are no encoder's state, or of another model.
        """
        settings, arrays = from_state(state, {"kind": "encoder", "model": model.digest})
        form = PacketFormat(**settings["form"])
        encoder = cls(model, form, settings["ahead_ms"], settings["dtx"])
        encoder._raw, encoder._waiting = arrays["raw"], arrays["waiting"]
        encoder._unsaid, encoder._quality = int(arrays["unsaid"]), int(arrays["quality"])
        encoder._group = arrays["group"]
        encoder._pasts = pasts_of("past", arrays)
        encoder._high_pass.restore(weights_below(arrays, "high_pass"))
        encoder._level.restore(weights_below(arrays, "level"))
        if encoder._pauses is not None:
            encoder._pauses.restore(weights_below(arrays, "pauses"))
        return encoder

    @property
    def _needed(self) -> int:
        """Samples that the next packet needs, with those before it that its first frame sees."""
        return FFT_SIZE + HOP * (self._form.frames + self._ahead - 1)

    def _start_anew(self) -> None:
        """Forget the packets before, as at the start of a stream and after a pause."""
        networks = self._model.networks
        self._pasts = no_pasts(networks.encoder_blocks, networks.width, np.float32)
        self._group: Symbols = np.zeros((0, networks.latent_channels), np.int64)

    def _packet(self) -> bytes:
        magnitude = np.abs(short_time_spectrum(self._waiting[: self._needed]))
        self._waiting = self._waiting[self._form.samples :]
        if self._pauses is not None:
            own = magnitude[: self._form.frames] * np.float32(NOISE_GAIN)
            if self._pauses.feed(log_mel_of(own)):
                return self._noise(self._pauses.noise)
            self._unsaid = 0
        return self._speech(magnitude)

    def _speech(self, magnitude: NDArray[np.float32]) -> bytes:
        level = self._level.code
        fitted = Fitting(
            self._model,
            self._coder,
            to_loudness(log_mel_of(magnitude * np.float32(live_gain(level)))),
            self._form.latents,
            level,
            self._group,
            self._pasts,
        ).finest(self._quality)
        self._pasts, self._quality = fitted.pasts, fitted.quality
        self._group = np.concatenate([self._group, fitted.symbols])
        if len(self._group) == self._form.group * self._form.latents:
            self._group = self._group[:0]
        return fitted.packet

    def _noise(self, noise: NDArray[np.float64]) -> bytes:
        self._start_anew()
        said = self._unsaid == 0
        self._unsaid = (self._unsaid + 1) % (NOISE_MS // self._form.packet_ms)
        return noise_packet(noise) if said else b""
