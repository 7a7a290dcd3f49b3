"""`encode`: audio to .gac files."""

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from gan_audio_compression.audio import ffmpeg
from gan_audio_compression.codec.search.presets import (
    DEFAULT_EFFORT,
    EFFORTS,
    STRATEGIES,
    default_effort,
)
from gan_audio_compression.command_line import options
from gan_audio_compression.command_line.batch import run
from gan_audio_compression.command_line.computing import Computing
from gan_audio_compression.command_line.plan import AUDIO, CODED, Job, plan

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


@click.command(short_help="Compress audio to .gac files.")
@options.files
@click.option(
    "--search",
    type=click.Choice(STRATEGIES),
    help="Strategy that looks for the best symbols.  [default: the model's own]",
)
@click.option(
    "--effort",
    type=options.Number(
        f"a whole number from {EFFORTS[0]} to {EFFORTS[-1]}", EFFORTS[0], EFFORTS[-1]
    ),
    metavar=f"{EFFORTS[0]}-{EFFORTS[-1]}",
    help="Of the search: 0 is the encoder alone, 5 a second of one core for a second of audio."
    f"  [default: {DEFAULT_EFFORT}, or 0 without PyTorch]",
)
@click.option(
    "--bitrate",
    type=options.Number(
        "a bit rate; give bits for each second, such as 1500 or 1.5k",
        math.ulp(0.0),
        kind=float,
    ),
    metavar="BIT/S",
    help="Most bits for each second, by file size, such as 1500 or 1.5k."
    "  [default: the model's own, 2000 or none]",
)
@options.computing
@click.pass_context
def encode(
    context: click.Context,
    inputs: tuple[Path, ...],
    output: str | None,
    force: bool,
    search: str | None,
    effort: int | None,
    bitrate: float | None,
    model: str,
    device: str,
    threads: int | None,
    debug: bool,
) -> None:
    """Compress audio files to .gac files.

    IN is an audio file of any rate and any format that libsndfile or an installed ffmpeg reads, a
    folder of such files, or - for standard input. Of a folder all is taken that is audio by its
    ending and not hidden, through links too. Without -o, a.wav becomes a.gac beside it.
    """
    also = ffmpeg.SUFFIXES if ffmpeg.is_installed() else frozenset()
    audio = replace(AUDIO, suffixes=AUDIO.suffixes | also)
    planned = plan(inputs, output, audio, CODED, ".gac")
    computing = Computing.of(planned.jobs, model, device, threads)
    effort = default_effort() if effort is None else effort
    task = Encoding(computing, search, effort, bitrate, force)
    context.exit(run(task, planned, verb="encoded", debug=debug))
