"""`compare`: how near a decoded recording is to the original."""

import json
import logging
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.audio.reader import AudioReader
from gan_audio_compression.audio.resample import resample
from gan_audio_compression.command_line import options
from gan_audio_compression.command_line.plan import CODED
from gan_audio_compression.command_line.progress import progress
from gan_audio_compression.command_line.reporting import STANDARD, about
from gan_audio_compression.command_line.standard import source_file, standard_output
from gan_audio_compression.extras import require
from gan_audio_compression.signal.spec import SAMPLE_RATE

if TYPE_CHECKING:
    from gan_audio_compression.evaluation.recordings import Pair

logger = logging.getLogger(__name__)

Figures = Mapping[str, float | int | None]

# Codecs fill up their last frame, and nobody misses less.
_SHORTEST_LOSS_SECONDS = 0.1


@click.command(short_help="Score decoded speech against the original.")
@click.argument("reference", metavar="REF", type=options.PATH)
@click.argument("degraded", metavar="DEG", type=options.PATH)
@options.as_json
@options.debug
@click.pass_context
def compare(
    context: click.Context, reference: Path, degraded: Path, as_json: bool, debug: bool
) -> None:
    """Score the speech in DEG against that in REF, two audio files, at 16 kHz.

    The measures are those of the evaluation: PESQ (raw P.862, NB P.862.1, WB P.862.2), STOI,
    ESTOI, ViSQOL in speech mode, and the log-mel distance in dB, which is 0 at best. DEG may come
    up to 2 s late or early, which is undone first. Only what both have is compared; above 20 s in
    pieces, whose mean is given. The measures do not mind the gain: it is a row of its own.

    The exit code is 1 where a measure could not be taken of all that was compared.
    """
    require("compare", "bench", "pesq", "pystoi", "scipy", "visqol")
    if reference == degraded == STANDARD:
        raise click.UsageError("standard input stands for one file; give the other by its name.")
    for path in (reference, degraded):
        if CODED.has(path):
            raise click.UsageError(f"{path} is {CODED.name} and no audio; decode it first.")
    figures, reasons = _compared(_read(reference), _read(degraded))
    for reason in reasons:
        logger.error("%s", reason)
    with standard_output():
        click.echo(json.dumps(figures) if as_json else _as_text(figures))
    context.exit(int(bool(reasons)))


def _read(path: Path) -> NDArray[np.float32]:
    with source_file(path) as file, about(path), AudioReader(file) as reader:
        return resample(np.concatenate(list(reader.blocks())), reader.sample_rate, SAMPLE_RATE)


def _compared(
    reference: NDArray[np.float32], degraded: NDArray[np.float32]
) -> tuple[Figures, list[str]]:
    """Return all figures by name, and the reasons for what is missing."""
    # Imported here: scipy takes long to start.
    from gan_audio_compression.evaluation.recordings import (
        measure_delay,
        pieces_of,
        score_pieces,
        side_by_side,
    )

    delay = measure_delay(reference, degraded)
    pair = side_by_side(reference, degraded, delay or 0)
    pieces = pieces_of(pair)
    lengths = len(reference) / SAMPLE_RATE, len(degraded) / SAMPLE_RATE
    _say_how(*lengths, delay, pair, pieces)
    shown = progress(pieces, len(pieces), "piece", hidden=len(pieces) == 1)
    scores, reasons = score_pieces(shown)
    figures = {
        "reference_seconds": lengths[0],
        "degraded_seconds": lengths[1],
        "compared_seconds": pair.seconds,
        "delay_ms": None if delay is None else 1000 * delay / SAMPLE_RATE,
        "gain_db": pair.gain_db,
        "pieces": len(pieces),
    }
    known = {name: score if math.isfinite(score) else None for name, score in scores.items()}
    return figures | known, reasons


def _say_how(
    reference: float, degraded: float, delay: int | None, pair: "Pair", pieces: "Sequence[Pair]"
) -> None:
    """Say what the figures may hide."""
    if abs(reference - degraded) >= _SHORTEST_LOSS_SECONDS:
        logger.warning(
            "The lengths differ (%.3f and %.3f s): %.3f s are compared, and the rest has no part"
            " in the measures.",
            *(reference, degraded, pair.seconds),
        )
    if delay is None:
        logger.warning(
            "The two are unlike each other at every delay up to 2 s, so they are compared as they"
            " are; listen to both."
        )
    if len(pieces) > 1:
        pauses = pair.seconds - sum(piece.seconds for piece in pieces)
        logger.info(
            "The measures are means of %d pieces of %.1f s, for PESQ takes no more at once%s.",
            *(len(pieces), pieces[0].seconds),
            f"; {pauses:.1f} s of pauses are left out" if pauses > _SHORTEST_LOSS_SECONDS else "",
        )


def _as_text(figures: Figures) -> str:
    """Return lines for a person to read."""
    return "\n".join(f"{name:17} {_number(figure)}" for name, figure in figures.items())


def _number(figure: float | int | None) -> str:
    if figure is None:
        return "-"
    return str(figure) if isinstance(figure, int) else f"{figure:z.3f}"
