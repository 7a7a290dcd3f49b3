"""The receiver of the live codec: packets in, samples out."""

import logging
from dataclasses import asdict
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.codec.live.encoder import HOP_MS
from gan_audio_compression.codec.live.errors import LiveFormatError, PacketError
from gan_audio_compression.codec.live.model import LiveModel
from gan_audio_compression.codec.live.noise_packet import NOISE_BYTES, NOISE_GAIN, noise_of
from gan_audio_compression.codec.live.packet_coder import (
    QUALITIES,
    Content,
    PacketCoder,
    Symbols,
    conditioning,
)
from gan_audio_compression.codec.live.packet_format import PacketFormat
from gan_audio_compression.codec.live.passing import Passing, Pasts, no_pasts, pasts_of, pasts_under
from gan_audio_compression.codec.live.state import from_state, to_state
from gan_audio_compression.codec.sequence.magnitudes import NetworkMagnitudes
from gan_audio_compression.networks.live.generator import generate
from gan_audio_compression.networks.weights import weights_below, weights_under
from gan_audio_compression.signal.arrays import Floats
from gan_audio_compression.signal.live_level import FAINTEST, live_gain
from gan_audio_compression.signal.loudness import from_loudness
from gan_audio_compression.signal.loudness_match import Descent
from gan_audio_compression.signal.own_state import own_state
from gan_audio_compression.signal.spec import HOP, MEL_BANDS
from gan_audio_compression.signal.synthesis import Synthesiser

logger = logging.getLogger(__name__)

Wave = NDArray[np.float32]

# What is made up for lost packets lasts so many frames, then fades by so many nepers a frame.
_LASTING, _FADING = 12, 0.25
# Frames that the newest phases wait for: with fewer the speech is rough.
_HELD = 3
# Half as many as for a file, and longer ones: more are not heard.
_ITERATIONS, _DESCENT = 32, Descent(steps=14, first_step=1e-3, mean_decay=0.8)


class LiveDecoder:
    """Decodes packets while they come.

    Args:
        model: the codec.
        form: of its packets.
        repair_ms: that the newest speech waits for the next packet, a multiple of 8 from 0 to 120.
            What waits of a lost one is then filled again, from both sides.

    Attributes:
        delay_ms: from a packet's first sample to the same sample of the speech.
        lost: packets so far that did not come, or could not be decoded.

    Raises:
        LiveFormatError: repair_ms is none of these.
    """

    def __init__(self, model: LiveModel, form: PacketFormat, repair_ms: int = 48) -> None:
        if repair_ms not in range(0, 121, HOP_MS):
            raise LiveFormatError(
                f"repair_ms is {repair_ms}; give a multiple of {HOP_MS} from 0 to 120."
            )
        self._model, self._form, self._repair = model, form, repair_ms // HOP_MS
        self.delay_ms = repair_ms + HOP_MS * (_HELD - 1)
        self.lost = 0
        self._coder = PacketCoder(model.prior, form)
        # Of the last packet with speech that came, and the frames since.
        self._level, self._quality, self._missing = FAINTEST, QUALITIES // 2, 0
        # While there is a pause.
        self._noise: NDArray[np.float64] | None = None
        self._magnitudes, precision = model.magnitudes(), model.sound_precision
        self._synthesiser = Synthesiser(self._magnitudes, _DESCENT, _HELD, _ITERATIONS, precision)
        # Log mels that wait for the next packet, and their gains.
        self._waiting: Floats = np.zeros((0, MEL_BANDS), precision)
        self._gains: Floats = np.zeros((0, 1), precision)
        # Stands for the symbols of a packet that is lost.
        self._nothing = np.zeros((form.latents, model.networks.latent_channels), np.int64)
        self._start_anew()

    @own_state()
    def push(self, packet: bytes | None) -> Wave:
        """Return the next samples at 16 kHz, as many as a packet has.

        Args:
            packet: the next one; None where it is lost, or where nothing was sent in a pause. One
                that cannot be decoded counts as lost.

        Raises:
            PacketError: a packet has another size than the format says.
        """
        if packet is not None and len(packet) == NOISE_BYTES:
            self._noise = noise_of(packet)
            self._start_anew()
        elif packet is not None:
            self._noise = None
        if self._noise is not None:
            noise: Floats = np.broadcast_to(self._noise, (self._form.frames, MEL_BANDS))
            return self._sound(noise, NOISE_GAIN)
        log_mel = self._speech(packet)
        return self._sound(log_mel, live_gain(self._level))

    def finish(self) -> Wave:
        """Return what still waits, as many samples as the delay has; no packet may follow."""
        late = HOP * (self._repair + _HELD - 1)
        if not self._synthesiser.frames + len(self._waiting):
            return np.zeros(late, np.float32)
        with own_state():
            ready = self._synthesiser.feed(self._waiting, self._gains)
            rest = self._synthesiser.finish(HOP * self._synthesiser.frames - 1)
        return np.pad(np.concatenate([ready, rest]), (late - len(ready) - len(rest) - 1, 1))

    def state(self) -> bytes:
        """Return all that the decoder knows, for `LiveDecoder.resumed`."""
        counts = [self._level, self._quality, self._missing, self.lost, self._place]
        arrays: dict[str, NDArray[Any]] = {
            "counts": np.array(counts),
            "group": self._group,
            "noise": np.zeros(0) if self._noise is None else self._noise,
            "waiting": self._waiting,
            "gains": self._gains,
        }
        arrays |= pasts_under("past", self._pasts) | pasts_under("before_loss", self._before_loss)
        arrays |= weights_under("synthesiser", self._synthesiser.snapshot())
        if isinstance(self._magnitudes, NetworkMagnitudes):
            arrays |= weights_under("magnitudes", self._magnitudes.snapshot())
        settings = {"form": asdict(self._form), "repair_ms": HOP_MS * self._repair}
        return to_state(settings | {"kind": "decoder", "model": self._model.digest}, arrays)

    @classmethod
    def resumed(cls, model: LiveModel, state: bytes) -> Self:
        """Return a decoder that goes on from a `state`.

        Raises:
            LiveStateError: the bytes are no decoder's state, or of another model.
        """
        settings, arrays = from_state(state, {"kind": "decoder", "model": model.digest})
        decoder = cls(model, PacketFormat(**settings["form"]), settings["repair_ms"])
        counts = map(int, arrays["counts"])
        decoder._level, decoder._quality, decoder._missing, decoder.lost, decoder._place = counts
        decoder._group = arrays["group"]
        decoder._noise = arrays["noise"] if len(arrays["noise"]) else None
        decoder._waiting, decoder._gains = arrays["waiting"], arrays["gains"]
        decoder._pasts = pasts_of("past", arrays)
        decoder._before_loss = pasts_of("before_loss", arrays)
        decoder._synthesiser.restore(weights_below(arrays, "synthesiser"))
        if isinstance(decoder._magnitudes, NetworkMagnitudes):
            decoder._magnitudes.restore(weights_below(arrays, "magnitudes"))
        return decoder

    def _start_anew(self) -> None:
        """Forget the packets before, as at the start of a stream and after a pause."""
        networks, precision = self._model.networks, self._model.sound_precision
        self._pasts = no_pasts(networks.generator_blocks, networks.width, precision)
        # Of the packets before the last one, if that was lost.
        self._before_loss: Pasts = []
        self._end_group()

    def _end_group(self) -> None:
        # Packets of the group so far, and the symbols of those before the first that is lost.
        self._place = 0
        self._group: Symbols = np.zeros((0, self._model.networks.latent_channels), np.int64)

    def _speech(self, packet: bytes | None) -> Floats:
        """Return the log mel [frames, 128] of the next packet."""
        content = self._decoded(packet)
        self._place += 1
        if content is None:
            self.lost += 1
            self._missing += self._form.frames
            self._before_loss = self._pasts
            log_mel = self._filled()
        else:
            if self._before_loss:
                self._fill_again(content)
            self._level, self._quality, self._missing = content.level, content.quality, 0
            self._before_loss = []
            self._group = np.concatenate([self._group, content.symbols])
            log_mel = self._generated(content.symbols, False, None)
        if self._place == self._form.group:
            self._end_group()
        return log_mel

    def _decoded(self, packet: bytes | None) -> Content | None:
        """Return what the next packet holds; None where it is lost or needs one that is."""
        if packet is None or len(self._group) < self._place * self._form.latents:
            return None
        try:
            return self._coder.decode(packet, self._group)
        except PacketError as error:
            if len(packet) != self._form.size:
                raise
            logger.warning("%s", error)
            return None

    def _fill_again(self, after: Content) -> None:
        """Make what waits of a lost packet what the packet after it tells."""
        self._pasts = self._before_loss
        log_mel = self._generated(self._nothing, True, after)
        frames = min(len(self._waiting), self._form.frames)
        lost = slice(len(self._waiting) - frames, None)
        self._waiting[lost] = log_mel[len(log_mel) - frames :]
        # A level that has changed is heard sooner.
        self._gains[lost] = live_gain(after.level)

    def _filled(self) -> Floats:
        """Return the log mel [frames, 128] of a packet that is lost, which fades if many are."""
        log_mel = self._generated(self._nothing, True, None)
        since = np.arange(self._form.frames) + self._missing - self._form.frames
        log_mel -= _FADING * np.maximum(since - _LASTING, 0)[:, None]
        return log_mel

    def _generated(self, symbols: Symbols, lost: bool, ahead: Content | None) -> Floats:
        """Return the log mel [frames, 128] that the generator makes of a packet.

        Args:
            symbols: in it, [latent frames, C].
            lost: whether it did not come.
            ahead: what the packet after it holds, if it is lost and the other has come.
        """
        passing = Passing(self._pasts)
        latents, after = self._form.latents, symbols[:1] if ahead is None else ahead.symbols[:1]
        precision = self._model.sound_precision
        seen = np.full((1, latents), not lost, precision)
        seen[:, -1] = ahead is not None
        quality = np.full((1, latents + 1), conditioning(self._quality), precision)
        if ahead is not None:
            quality[:, -1] = conditioning(ahead.quality)
        loudness = generate(
            self._model.generator,
            np.concatenate([symbols, after]).astype(precision)[None],
            np.full((1, latents), lost, precision),
            seen,
            quality,
            passing,
        )
        self._pasts = [past[0] for past in passing.pasts]
        log_mel: Floats = from_loudness(loudness[0])
        return log_mel

    def _sound(self, log_mel: Floats, gain: float) -> Wave:
        """Return the samples that are ready when the log mel of a packet has come."""
        precision, gains = self._model.sound_precision, np.full((len(log_mel), 1), gain)
        waiting = np.concatenate([self._waiting, log_mel], dtype=precision)
        all_gains = np.concatenate([self._gains, gains], dtype=precision)
        ready = max(len(waiting) - self._repair, 0)
        speech = self._synthesiser.feed(waiting[:ready], all_gains[:ready])
        self._waiting, self._gains = waiting[ready:], all_gains[ready:]
        return np.pad(speech, (self._form.samples - len(speech), 0))
