"""The shape of the networks of the live codec."""

from dataclasses import dataclass

from gan_audio_compression.networks.ranges import require_whole_numbers

LATENT_FRAMES = 5
"""Frames of the log mel in one latent frame, of 40 ms."""

PACKET_LATENTS = (1, 2, 3)
"""Latent frames that a packet may have: 40, 80 and 120 ms."""

MOST_AHEAD = 5
"""Frames of the log mel that the encoder may see beyond a packet, of 8 ms each."""

_HIGHEST = 4096


@dataclass(frozen=True)
class LiveConfig:
    """Widths of encoder, generator and prior.

    Raises:
        ValueError: a width is not a whole number in 1 .. 4096.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    width: int = 288
    encoder_blocks: int = 4
    generator_blocks: int = 7
    latent_channels: int = 32
    prior_width: int = 192

    def __post_init__(self) -> None:
        require_whole_numbers(self, dict.fromkeys(vars(self), _HIGHEST))
