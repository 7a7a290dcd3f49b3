"""Measure what the search of the sequence codec finds: the objective by effort, and the time.

Run it as `python scripts/measure_search.py FOLDER`; FOLDER holds a corpus, of whose validation
split six utterances are coded. For an earlier search run it with `PYTHONPATH` at the sources of
another commit.
"""

import argparse
import logging
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.audio.resample import resample
from gan_audio_compression.codec.coding import Coding
from gan_audio_compression.codec.models import open_model
from gan_audio_compression.codec.search.presets import search_config
from gan_audio_compression.codec.sender import encode_speech
from gan_audio_compression.corpus.audio import decode_audio
from gan_audio_compression.corpus.folder import list_folder
from gan_audio_compression.signal.spec import SAMPLE_RATE

BIT_RATES = (1000, 2000)
EFFORTS = (1, 2, 3, 4, 5)
UTTERANCES, LONGEST_SECONDS = 6, 6

logger = logging.getLogger("measure_search")


def speech(folder: Path) -> list[NDArray[np.float32]]:
    """Return recordings of the validation split, spread over it, at 16 kHz."""
    entries = [entry for entry in list_folder(folder) if entry.split == "validation"]
    chosen = entries[:: max(1, len(entries) // UTTERANCES)][:UTTERANCES]
    waves = [resample(*decode_audio((folder / e.path).read_bytes()), SAMPLE_RATE) for e in chosen]
    return [wave[: LONGEST_SECONDS * SAMPLE_RATE] for wave in waves]


def main() -> None:
    """Log the objective as a share of the encoder's own, and processor time for a second."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    waves = speech(folder)
    if not waves:
        parser.error(f"{folder} has no recording of the split validation; see its manifest.csv.")
    seconds = sum(map(len, waves)) / SAMPLE_RATE
    model = open_model("default")
    for bitrate in BIT_RATES:
        for effort in EFFORTS:
            config = search_config(model.strategy, effort)
            coding, shares = Coding(config, bitrate=bitrate), []
            start = time.process_time()
            for wave in waves:
                encoded = encode_speech(model, wave, coding)
                assert encoded.objective is not None
                assert encoded.start_objective is not None
                shares.append(encoded.objective / encoded.start_objective)
            spent = (time.process_time() - start) / seconds
            logger.info(
                "%d bit/s, effort %d: %.3f of the encoder's objective in %.2f s a second (n = %d)",
                *(bitrate, effort, np.mean(shares), spent, len(waves)),
            )


if __name__ == "__main__":
    main()
