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
from gan_audio_compression.command_line.plan import CODED_SUFFIX, Job, plan

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


@click.command()
@options.files
@click.option(
    "--format",
    type=click.Choice(FORMATS),
    default=FORMATS[0],
    show_default=True,
    help="Of outputs that -o does not name with an extension.",
)
@click.option(
    "--rate", type=click.IntRange(1000, 768_000), metavar="HZ", help="[default: the recording's]"
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
    jobs = plan(inputs, output, {CODED_SUFFIX}, f".{format}")
    try:
        for job in jobs:
            _format(job.target, format)
    except AudioFormatError as error:
        raise click.UsageError(str(error)) from error
    computing = Computing.of(jobs, model, device, threads)
    task = Decoding(computing, format, rate, conceal, force)
    context.exit(run(task, jobs, verb="decoded", debug=debug))


def _format(target: Path, default: str) -> str:
    """Return the format of an output: that of its extension, if it has one."""
    return format_of(target) if target.suffix else default
