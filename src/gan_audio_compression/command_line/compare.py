"""`compare`: how near a decoded recording is to the original."""

import json
import logging
import math
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.audio.reader import AudioReader
from gan_audio_compression.audio.resample import resample
from gan_audio_compression.command_line import options
from gan_audio_compression.command_line.reporting import STANDARD, about
from gan_audio_compression.command_line.standard import source_file, standard_output
from gan_audio_compression.signal.spec import SAMPLE_RATE

logger = logging.getLogger(__name__)


@click.command()
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
    ESTOI, ViSQOL in speech mode, and the log-mel distance in dB, which is 0 at best. The two must
    be aligned in time.
    """
    if reference == degraded == STANDARD:
        raise click.UsageError("standard input stands for one file; give the other by its name.")
    # Imported here: scipy takes long to start.
    from gan_audio_compression.evaluation.metrics import score_utterance

    scores = score_utterance(*_same_length(_read(reference), _read(degraded)))
    reason = scores.pop("reason")
    if reason is not None:
        logger.error("%s", reason)
    known = {
        name: score if isinstance(score, float) and math.isfinite(score) else None
        for name, score in scores.items()
    }
    if as_json:
        text = json.dumps(known)
    else:
        rows = known.items()
        text = "\n".join(f"{name:16} {'-' if s is None else f'{s:.3f}'}" for name, s in rows)
    with standard_output():
        click.echo(text)
    context.exit(int(reason is not None))


def _read(path: Path) -> NDArray[np.float32]:
    with source_file(path) as file, about(path), AudioReader(file) as reader:
        return resample(np.concatenate(list(reader.blocks())), reader.sample_rate, SAMPLE_RATE)


def _same_length(
    reference: NDArray[np.float32], degraded: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    length = min(len(reference), len(degraded))
    if len(reference) != len(degraded):
        logger.warning(
            "The lengths differ (%.3f and %.3f s): the first %.3f s are compared.",
            *(samples / SAMPLE_RATE for samples in (len(reference), len(degraded), length)),
        )
    return reference[:length], degraded[:length]
