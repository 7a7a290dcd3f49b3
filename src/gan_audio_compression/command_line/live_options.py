"""What the commands of `live` share: what a stream is, and its samples."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from gan_audio_compression.command_line import options

if TYPE_CHECKING:
    from gan_audio_compression.audio.pcm16 import Wave
    from gan_audio_compression.codec.live.model import LiveModel
    from gan_audio_compression.codec.live.packet_format import PacketFormat

# Less than a packet, so that a sender of a file computes between packets and not before them.
_BLOCK_BYTES = 1 << 11

Command = Callable[..., Any]


@dataclass(frozen=True)
class Stream:
    """What sender and receiver agree on.

    Attributes:
        model: the codec.
        form: of the packets.
    """

    model: "LiveModel"
    form: "PacketFormat"


def _opened(bitrate: float, packet_ms: str, group: str, check: str, model: Path | None) -> Stream:
    from gan_audio_compression.codec.live.packet_format import PacketFormat
    from gan_audio_compression.codec.live.shipped import open_live_model

    form = PacketFormat.of_bitrate(bitrate, int(packet_ms), int(group), int(check))
    return Stream(open_live_model(model), form)


def stream(command: Command) -> Command:
    """Take what makes a `Stream`, which the command gets as `stream`."""

    @wraps(command)
    def with_stream(
        *, bitrate: float, packet_ms: str, group: str, check: str, model: Path | None, **others: Any
    ) -> Any:
        return command(stream=_opened(bitrate, packet_ms, group, check, model), **others)

    for option in (
        options.debug,
        click.option("--model", metavar="PATH", type=options.PATH, help="Another model's file."),
        click.option(
            "--check",
            type=click.Choice(["0", "8"]),
            default="0",
            show_default=True,
            help="Bits of each packet's checksum; 0 if the line has its own.",
        ),
        click.option(
            "--group",
            type=click.Choice(["1", "2", "3"]),
            default="1",
            show_default=True,
            help="Packets of which all but the first need those before them: fewer bits, but a"
            " lost one takes the rest of its group with it.",
        ),
        click.option(
            "--packet-ms",
            type=click.Choice(["40", "80", "120"]),
            default="80",
            show_default=True,
            help="Milliseconds of speech in a packet.",
        ),
        click.option(
            "--bitrate",
            type=options.Number("a bit rate from 800 to 3200", 800, 3200, float),
            default=2000,
            show_default=True,
            metavar="BIT/S",
            help="Most bits a second, by the size of the packets; 800 to 3200.",
        ),
    ):
        with_stream = option(with_stream)
    return with_stream


ahead = click.option(
    "--ahead-ms",
    type=options.Number("a multiple of 8 from 0 to 40", 0, 40),
    default=8,
    show_default=True,
    metavar="MS",
    help="Milliseconds that the sender looks beyond a packet, a multiple of 8.",
)
repair = click.option(
    "--repair-ms",
    type=options.Number("a multiple of 8 from 0 to 120", 0, 120),
    default=48,
    show_default=True,
    metavar="MS",
    help="Milliseconds of speech that wait for the next packet, which repairs a loss.",
)


def blocks_of(source: BinaryIO) -> Iterator["Wave"]:
    """Yield the samples of 16 bits that a stream has, as soon as they come."""
    from gan_audio_compression.audio.pcm16 import SAMPLE_BYTES, of_pcm16

    rest = b""
    while data := source.read1(_BLOCK_BYTES):  # type: ignore[attr-defined]
        data = rest + data
        whole = len(data) - len(data) % SAMPLE_BYTES
        rest = data[whole:]
        yield of_pcm16(data[:whole])


def packets_of(source: BinaryIO, size: int) -> Iterator[bytes | None]:
    """Yield the packets of a stream, None for one whose end was cut off."""
    while packet := source.read(size):
        yield packet if len(packet) == size else None
