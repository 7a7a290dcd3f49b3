"""`decode`: .gac files to audio."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from gan_audio_compression.audio.errors import AudioFormatError
from gan_audio_compression.audio.writer import FORMATS, format_of
from gan_audio_compression.command_line import options
from gan_audio_compression.command_line.batch import run
from gan_audio_compression.command_line.computing import Computing
from gan_audio_compression.command_line.plan import AUDIO, CODED, Job, plan
from gan_audio_compression.signal.spec import HIGHEST_RATE, LOWEST_RATE

if TYPE_CHECKING:
    from gan_audio_compression.codec.codec import Codec, Coded


@dataclass(frozen=True)
class Decoding:
    """What `decode` was asked for; see `Codec.decode_file`."""

    computing: Computing
    format: str
    rate: int | None
    conceal: bool
    force: bool

    def apply(self, codec: "Codec", job: Job, source: BinaryIO, target: BinaryIO) -> "Coded":
        """Decompress one file."""
        format = _format(job.target, self.format)
        return codec.decode_file(
            source, target, format=format, sample_rate=self.rate, conceal=self.conceal
        )


@click.command(short_help="Decompress .gac files to audio.")
@options.files
@click.option(
    "--format",
    type=click.Choice(FORMATS),
    default=FORMATS[0],
    show_default=True,
    help="Of outputs that -o does not name with an extension.",
)
@click.option(
    "--rate",
    type=options.Number(
        f"a rate in Hz from {LOWEST_RATE} to {HIGHEST_RATE}, such as 16000 or 16k",
        LOWEST_RATE,
        HIGHEST_RATE,
    ),
    metavar="HZ",
    help="Of the output, such as 16000 or 16k.  [default: the recording's]",
)
@click.option(
    "--conceal", is_flag=True, help="Make damaged parts silence, with a warning, and go on."
)
@options.computing
@click.pass_context
def decode(
    context: click.Context,
    inputs: tuple[Path, ...],
    output: str | None,
    force: bool,
    format: str,
    rate: int | None,
    conceal: bool,
    model: str,
    device: str,
    threads: int | None,
    debug: bool,
) -> None:
    """Decompress .gac files to WAV, FLAC or Ogg Vorbis, by the extension of OUT.

    IN is a .gac file, a folder of such files, or - for standard input. Without -o, a.gac becomes
    a.wav beside it. Standard output is WAV, which can be heard while it comes.
    """
    planned = plan(inputs, output, CODED, AUDIO, f".{format}")
    try:
        for job in planned.jobs:
            _format(job.target, format)
    except AudioFormatError as error:
        raise click.UsageError(str(error)) from error
    computing = Computing.of(planned.jobs, model, device, threads)
    task = Decoding(computing, format, rate, conceal, force)
    context.exit(run(task, planned, verb="decoded", debug=debug))


def _format(target: Path, default: str) -> str:
    """Return the format of an output: that of its extension, if it has one."""
    return format_of(target) if target.suffix else default
