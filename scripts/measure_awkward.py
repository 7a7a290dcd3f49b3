"""Measure how recordings as people make them survive: bumps, far talkers, rumble, hum, music.

Run it as `python scripts/measure_awkward.py FOLDER`; FOLDER holds a corpus with a validation split.
A line for each recording: the codec, Opus at 8 kbit/s, and the codec where the same speech
stands in silence. Each is a mean over some beginnings: as frames fall, PESQ of one sentence strays
by 0.13.
"""

import argparse
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from gan_audio_compression.audio.resample import resample
from gan_audio_compression.bench.opus import OpusCodec
from gan_audio_compression.codec.codec import Codec
from gan_audio_compression.corpus.audio import decode_audio
from gan_audio_compression.corpus.folder import list_folder
from gan_audio_compression.evaluation.awkward import Awkward, awkward_recordings
from gan_audio_compression.evaluation.intelligibility import Stoi
from gan_audio_compression.evaluation.measure import MetricError
from gan_audio_compression.evaluation.pesq_measures import WideBandPesq
from gan_audio_compression.signal.level import active_level_db
from gan_audio_compression.signal.spec import SAMPLE_RATE

Wave = NDArray[np.float32]
Coder = Callable[[Wave], Wave]

_SECONDS = 6
# Silence before the speech, in samples.
_BEGINNINGS = (0, 37, 400, 1600)

logger = logging.getLogger("measure_awkward")


def validation_speech(folder: Path) -> list[Wave]:
    """Return the beginnings of the recordings of the validation split, at 16 kHz."""
    held_out = [entry for entry in list_folder(folder) if entry.split == "validation"]
    audio = (decode_audio((folder / entry.path).read_bytes()) for entry in held_out)
    speech = (resample(samples, rate, SAMPLE_RATE) for samples, rate in audio)
    return [wave[: _SECONDS * SAMPLE_RATE] for wave in speech if len(wave) > 3 * SAMPLE_RATE]


def scores(awkward: Awkward, code: Coder) -> NDArray[np.float64]:
    """Return WB, ESTOI and the error of the level in dB: means over the parts."""
    return _scores(awkward, code(awkward.samples), awkward.parts)


def alone(awkward: Awkward, code: Coder) -> NDArray[np.float64]:
    """Return the same of clean parts where they stand, in silence; NaN where they are not clean."""
    if not awkward.clean:
        return np.full(3, np.nan)
    figures = []
    for a, b in awkward.parts:
        quiet = np.zeros_like(awkward.samples)
        quiet[a:b] = awkward.reference[a:b]
        figures.append(_scores(awkward, code(quiet), [(a, b)]))
    means: NDArray[np.float64] = np.mean(figures, axis=0)
    return means


def _scores(
    awkward: Awkward, decoded: Wave, parts: Sequence[tuple[int, int]]
) -> NDArray[np.float64]:
    figures = [_score(awkward.reference[a:b], decoded[a:b]) for a, b in parts]
    means: NDArray[np.float64] = np.mean(figures, axis=0)
    return means


def _score(reference: Wave, decoded: Wave) -> tuple[float, float, float]:
    try:
        wide_band = WideBandPesq().score(reference, decoded)["pesq_wb"]
    except MetricError:
        wide_band = float("nan")
    estoi = Stoi(extended=True).score(reference, decoded)["estoi"]
    return wide_band, estoi, active_level_db(decoded) - active_level_db(reference)


def main() -> None:
    """Measure one recording after another."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("gan_audio_compression").setLevel(logging.ERROR)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--effort", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    codec, opus = Codec.load(), OpusCodec(8000)

    def ours(wave: Wave) -> Wave:
        return codec.decode(codec.encode(wave, SAMPLE_RATE, effort=arguments.effort))[0]

    def theirs(wave: Wave) -> Wave:
        speech = opus.decode(opus.encode(wave).data).speech
        return np.pad(speech, (0, max(0, len(wave) - len(speech))))[: len(wave)]

    logger.info("%-12s %26s %26s %26s", "WB ESTOI dB", "codec", "Opus at 8 kbit/s", "alone")
    speech = validation_speech(arguments.folder)
    if len(speech) < 2:
        parser.error(f"{arguments.folder} has too little speech of a validation split.")
    begun = ([np.pad(wave, (before, 0)) for wave in speech] for before in _BEGINNINGS)
    makers = [awkward_recordings(waves, arguments.seed) for waves in begun]
    for recordings in zip(*makers, strict=True):
        columns = (
            [scores(of, ours) for of in recordings],
            [scores(of, theirs) for of in recordings],
            [alone(of, ours) for of in recordings],
        )
        cells = ["{:8.2f} {:8.3f} {:8.1f}".format(*np.mean(of, axis=0)) for of in columns]
        logger.info("%-12s %s %s %s", recordings[0].name, *cells)


if __name__ == "__main__":
    main()
