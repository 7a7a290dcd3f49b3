"""`encode`: audio to .gac files."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from gan_audio_compression.audio import ffmpeg
from gan_audio_compression.codec.search.presets import (
    DEFAULT_EFFORT,
    EFFORTS,
    STRATEGIES,
)
from gan_audio_compression.command_line import options
from gan_audio_compression.command_line.batch import run
from gan_audio_compression.command_line.computing import Computing
from gan_audio_compression.command_line.plan import AUDIO_SUFFIXES, CODED_SUFFIX, Job, plan

if TYPE_CHECKING:
    from gan_audio_compression.codec.codec import Codec, Coded


@dataclass(frozen=True)
class Encoding:
    """What `encode` was asked for; see `Codec.encode_file`."""

    computing: Computing
    search: str | None
    effort: int
    bitrate: float | None
    force: bool

    def apply(self, codec: "Codec", job: Job, source: BinaryIO, target: BinaryIO) -> "Coded":
        """Compress one file."""
        return codec.encode_file(
            source, target, search=self.search, effort=self.effort, bitrate=self.bitrate
        )


class _BitRate(click.FloatRange):
    """A number of a range that is neither infinite nor "nan", which no comparison refuses."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        rate = super().convert(value, param, ctx)
        if not math.isfinite(rate):
            self.fail(f"{value} is not a bit rate.", param, ctx)
        return rate


@click.command()
@options.files
@click.option(
    "--search",
    type=click.Choice(STRATEGIES),
    help="Strategy that looks for the best symbols.  [default: the model's own]",
)
@click.option(
    "--effort",
    type=click.IntRange(EFFORTS[0], EFFORTS[-1]),
    default=DEFAULT_EFFORT,
    show_default=True,
    help="Of the search: 0 is the encoder alone, 5 a second of one core for a second of audio.",
)
@click.option(
    "--bitrate",
    type=_BitRate(min=0, min_open=True),
    metavar="BIT/S",
    help="Most bits for each second, by file size.  [default: the model's own, 2000 or none]",
)
@options.computing
@click.pass_context
def encode(
    context: click.Context,
    inputs: tuple[Path, ...],
    output: str | None,
    force: bool,
    search: str | None,
    effort: int,
    bitrate: float | None,
    model: str,
    device: str,
    threads: int | None,
    debug: bool,
) -> None:
    """Compress audio files to .gac files.

    IN is an audio file of any rate and any format that libsndfile or an installed ffmpeg reads, a
    folder of such files, or - for standard input. Without -o, a.wav becomes a.gac beside it.
    """
    suffixes = AUDIO_SUFFIXES | (ffmpeg.SUFFIXES if ffmpeg.is_installed() else frozenset())
    jobs = plan(inputs, output, suffixes, CODED_SUFFIX)
    computing = Computing.of(jobs, model, device, threads)
    task = Encoding(computing, search, effort, bitrate, force)
    context.exit(run(task, jobs, verb="encoded", debug=debug))
