"""Measure analysis and synthesis with no codec between: quality, and time on one core.

Run it as `python scripts/measure_signal.py FOLDER`; it scores the test split of the corpus in
FOLDER, without the sentences that all speakers of TIMIT read.
"""

import argparse
import logging
import time
from pathlib import Path

import numpy as np

from gan_audio_compression.audio.resample import resample
from gan_audio_compression.corpus.audio import decode_audio
from gan_audio_compression.corpus.folder import list_folder
from gan_audio_compression.evaluation.metrics import score_utterance
from gan_audio_compression.signal.analysis import log_mel_spectrogram
from gan_audio_compression.signal.level import normalise_level
from gan_audio_compression.signal.own_state import own_state
from gan_audio_compression.signal.spec import SAMPLE_RATE
from gan_audio_compression.signal.synthesis import waveform_from_log_mel

READ_BY_ALL = ("sa1", "sa2")

logger = logging.getLogger("measure_signal")


def test_recordings(folder: Path) -> list[Path]:
    """Return the recordings of the test split that are scored."""
    tested = (folder / entry.path for entry in list_folder(folder) if entry.split == "test")
    return [path for path in tested if path.stem.lower() not in READ_BY_ALL]


@own_state()
def main() -> None:
    """Log the means over the test split."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    scores, seconds, speech_seconds = [], 0.0, 0.0
    for path in test_recordings(parser.parse_args().folder):
        speech, _ = normalise_level(resample(*decode_audio(path.read_bytes()), SAMPLE_RATE))
        start = time.perf_counter()
        log_mel = log_mel_spectrogram(speech)
        decoded = waveform_from_log_mel(log_mel, len(speech))
        seconds += time.perf_counter() - start
        speech_seconds += len(speech) / SAMPLE_RATE
        scores.append(score_utterance(speech, decoded))
    for measure in ("pesq_nb", "pesq_wb", "pesq_raw", "estoi"):
        logger.info("%s %.3f", measure, np.mean([float(score[measure] or 0) for score in scores]))
    logger.info("%d utterances, %.3f s a second", len(scores), seconds / speech_seconds)


if __name__ == "__main__":
    main()
