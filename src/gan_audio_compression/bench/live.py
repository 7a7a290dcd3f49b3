"""The live codec as a codec of the bench: speech to packets of one size and back, none lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from typing import Any, ClassVar

import numpy as np

from gan_audio_compression.bench.codec import CodecFailedError, Coded, Decoded, Wave
from gan_audio_compression.codec.live.decoder import LiveDecoder
from gan_audio_compression.codec.live.encoder import LiveEncoder
from gan_audio_compression.codec.live.errors import PacketError
from gan_audio_compression.codec.live.model import LiveModel
from gan_audio_compression.codec.live.packet_format import PacketFormat
from gan_audio_compression.codec.live.shipped import open_live_model
from gan_audio_compression.component import code_digest, described
from gan_audio_compression.signal.spec import SAMPLE_RATE

_CODE = ("bench", "codec", "entropy", "networks", "signal")
_LIBRARIES = ("constriction", "numpy")


@dataclass(frozen=True)
class LiveBenchCodec:
    """The live codec that ships, at one bit rate and delay.

    Attributes:
        bitrate: most bits a second, of all packets.
        packet_ms, group: see `PacketFormat`.
        ahead_ms: see `LiveEncoder`.
        repair_ms: see `LiveDecoder`.

    Raises:
        LiveFormatError: packets cannot be such.
    """

    bitrate: float = 2000
    packet_ms: int = 80
    group: int = 1
    ahead_ms: int = 8
    repair_ms: int = 48

    suffix: ClassVar[str] = ".packets"
    how_to_get: ClassVar[str] = "part of this project"
    has_delay: ClassVar[bool] = True

    def __post_init__(self) -> None:
        _ = self.form

    @property
    def form(self) -> PacketFormat:
        """The form of the packets."""
        return PacketFormat.of_bitrate(self.bitrate, self.packet_ms, self.group)

    @property
    def delay_ms(self) -> int:
        """From mouth to ear, computing and the line aside."""
        return self._encoder().delay_ms + self.decoder().delay_ms

    def version(self) -> str:
        """Return the beginning of the model's digest, and the delay."""
        return f"live codec, model {_model().digest[:8]}, {self.delay_ms} ms"

    @property
    def recipe(self) -> Mapping[str, Any]:
        """See `BenchCodec.recipe`."""
        return described(self) | {
            "model": _model().digest,
            "code": code_digest(*_CODE),
            "libraries": {name: metadata.version(name) for name in _LIBRARIES},
        }

    def encode(self, speech: Wave) -> Coded:
        """Return the packets of `speech` [n], one after the other."""
        encoder = self._encoder()
        data = b"".join(encoder.push(speech) + encoder.finish())
        return Coded(data, 8 * len(data))

    def decode(self, data: bytes) -> Decoded:
        """Return the speech [n] of packets, without the delay, with what fills the last packet.

        Raises:
            CodecFailedError: the bytes are no whole packets, or damaged.
        """
        size, decoder = self.form.size, self.decoder()
        packets = [data[start : start + size] for start in range(0, len(data), size)]
        try:
            speech = [decoder.push(packet) for packet in packets]
        except PacketError as error:
            raise CodecFailedError(str(error)) from error
        speech.append(decoder.finish())
        late = decoder.delay_ms * SAMPLE_RATE // 1000
        return Decoded(np.concatenate(speech)[late:])

    def decoder(self) -> LiveDecoder:
        """Return a receiver."""
        return LiveDecoder(_model(), self.form, self.repair_ms)

    def _encoder(self) -> LiveEncoder:
        return LiveEncoder(_model(), self.form, self.ahead_ms)


@cache
def _model() -> LiveModel:
    # Not the codec's own, which would take it along to each worker.
    return open_live_model()
