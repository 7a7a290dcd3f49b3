"""`live`: speech in packets, over pipes or UDP."""

import click

from gan_audio_compression.command_line import options
from gan_audio_compression.command_line.live_options import (
    Stream,
    ahead,
    blocks_of,
    packets_of,
    repair,
    stream,
)
from gan_audio_compression.command_line.reporting import STANDARD, say
from gan_audio_compression.command_line.standard import source_file, target_file

_PORT = options.Number("a port from 1 to 65535", 1, 65535)


@click.group(short_help="Send and receive speech in packets, with little delay.")
def live() -> None:
    """Send and receive speech in packets of one size, with little delay.

    Speech is mono at 16 kHz, samples of 16 bits without a header, the low byte first, such as
    arecord and sox give and take. Sender and receiver must be given the same options of packets:
    nothing in them says which they are.
    """


@live.command(short_help="Speech from standard input to packets.")
@stream
@ahead
def encode(stream: Stream, ahead_ms: int, debug: bool) -> None:
    """Encode speech from standard input to packets, one after the other, on standard output."""
    from gan_audio_compression.codec.live.encoder import LiveEncoder

    encoder = LiveEncoder(stream.model, stream.form, ahead_ms)
    with source_file(STANDARD) as source, target_file(STANDARD, force=False) as target:
        for block in blocks_of(source):
            target.write(b"".join(encoder.push(block)))
            target.flush()
        target.write(b"".join(encoder.finish()))


@live.command(short_help="Packets from standard input to speech.")
@stream
@repair
def decode(stream: Stream, repair_ms: int, debug: bool) -> None:
    """Decode packets from standard input to speech on standard output."""
    from gan_audio_compression.audio.pcm16 import to_pcm16
    from gan_audio_compression.codec.live.decoder import LiveDecoder

    decoder = LiveDecoder(stream.model, stream.form, repair_ms)
    with source_file(STANDARD) as source, target_file(STANDARD, force=False) as target:
        for packet in packets_of(source, stream.form.size):
            target.write(to_pcm16(decoder.push(packet)))
            target.flush()
        target.write(to_pcm16(decoder.finish()))
    if decoder.lost:
        say(f"{decoder.lost} packets could not be decoded; speech was made up for them.")


@live.command(short_help="Speech from standard input to a receiver.")
@click.argument("host")
@click.argument("port", type=_PORT)
@click.option("--dtx", is_flag=True, help="Send next to nothing in pauses.")
@stream
@ahead
def send(host: str, port: int, dtx: bool, stream: Stream, ahead_ms: int, debug: bool) -> None:
    """Send speech from standard input by UDP to PORT of HOST, no faster than it is spoken."""
    from gan_audio_compression.codec.live.encoder import LiveEncoder
    from gan_audio_compression.command_line.live_line import Sending

    encoder = LiveEncoder(stream.model, stream.form, ahead_ms, dtx)
    with source_file(STANDARD) as source, Sending(host, port, stream.form.packet_ms) as sending:
        for block in blocks_of(source):
            for packet in encoder.push(block):
                sending.send(packet)
        for packet in encoder.finish():
            sending.send(packet)
    say(f"{sending.sent} packets sent, {sending.size} bytes with their numbers.")


@live.command(short_help="Speech of a sender to standard output.")
@click.argument("port", type=_PORT)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="This machine's address that is listened at; 0.0.0.0 for all.",
)
@click.option(
    "--wait-ms",
    type=options.Number("milliseconds from 0 to 5000", 0, 5000),
    default=80,
    show_default=True,
    metavar="MS",
    help="Milliseconds that a packet may be later than the first one was.",
)
@stream
@repair
def receive(
    port: int, host: str, wait_ms: int, stream: Stream, repair_ms: int, debug: bool
) -> None:
    """Receive what a sender sends to PORT, until it ends or has been silent for five seconds."""
    from gan_audio_compression.audio.pcm16 import to_pcm16
    from gan_audio_compression.codec.live.decoder import LiveDecoder
    from gan_audio_compression.command_line.live_line import Receiving

    decoder = LiveDecoder(stream.model, stream.form, repair_ms)
    with (
        Receiving(host, port, stream.form.packet_ms, wait_ms) as receiving,
        target_file(STANDARD, force=False) as target,
    ):
        for packet in receiving.packets():
            target.write(to_pcm16(decoder.push(packet)))
            target.flush()
        target.write(to_pcm16(decoder.finish()))
    late = receiving.buffer.late
    say(f"{receiving.turns} packets: {decoder.lost} were not there in time, {late} came later.")
