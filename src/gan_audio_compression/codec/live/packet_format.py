"""What sender and receiver of a live stream agree on before its first packet."""

from dataclasses import dataclass
from typing import Self

from gan_audio_compression.codec.live.errors import LiveFormatError
from gan_audio_compression.networks.live.config import LATENT_FRAMES, PACKET_LATENTS
from gan_audio_compression.signal.spec import HOP, SAMPLE_RATE

LATENT_MS = 1000 * LATENT_FRAMES * HOP // SAMPLE_RATE
"""Milliseconds of a latent frame: 40."""

PACKET_MS = tuple(LATENT_MS * latents for latents in PACKET_LATENTS)
"""Milliseconds that a packet may have."""

MOST_IN_GROUP = 3
"""Packets in a group: the first is decoded by itself, the others with those before them in it."""

_LEAST_BITRATE, _MOST_BITRATE = 800, 3200
_CHECK_BITS = (0, 8)


@dataclass(frozen=True)
class PacketFormat:
    """The form of the packets of a stream, which no packet tells.

    Attributes:
        packet_ms: of speech in a packet: 40, 80 or 120.
        size: bytes of a packet, its checksum among them.
        group: packets in a group, 1 to 3. All but the first need those before them in it, which
            saves bits, and makes a lost packet take the rest of its group with it.
        check_bits: of a checksum, 0 where the line has its own, or 8.

    Raises:
        LiveFormatError: a packet cannot be such, or the bit rate is not 800 to 3200.
    """

    packet_ms: int = 80
    size: int = 20
    group: int = 1
    check_bits: int = 0

    def __post_init__(self) -> None:
        for name, allowed in (
            ("packet_ms", PACKET_MS),
            ("group", tuple(range(1, MOST_IN_GROUP + 1))),
            ("check_bits", _CHECK_BITS),
        ):
            if getattr(self, name) not in allowed:
                choice = ", ".join(map(str, allowed))
                raise LiveFormatError(f"{name} is {getattr(self, name)}; give one of {choice}.")
        if not _LEAST_BITRATE <= self.bitrate <= _MOST_BITRATE:
            raise LiveFormatError(
                f"packets of {self.size} bytes every {self.packet_ms} ms are {self.bitrate:g}"
                f" bit/s; take {_LEAST_BITRATE} to {_MOST_BITRATE}."
            )

    @classmethod
    def of_bitrate(
        cls, bitrate: float, packet_ms: int = 80, group: int = 1, check_bits: int = 0
    ) -> Self:
        """Return the format with the largest packets at no more than so many bits a second.

        Raises:
            LiveFormatError: as the class.
        """
        return cls(packet_ms, int(bitrate * packet_ms // 8000), group, check_bits)

    @property
    def bitrate(self) -> float:
        """Bits a second, of all that is sent."""
        return 8000 * self.size / self.packet_ms

    @property
    def latents(self) -> int:
        """Latent frames in a packet."""
        return self.packet_ms // LATENT_MS

    @property
    def frames(self) -> int:
        """Frames of the log mel in a packet."""
        return LATENT_FRAMES * self.latents

    @property
    def samples(self) -> int:
        """Samples at 16 kHz in a packet."""
        return HOP * self.frames
