"""Measure what the prior of the sequence codec saves: bits of the same symbols, coded otherwise.

Run it as `python scripts/measure_prior.py FOLDER`; FOLDER holds a corpus, whose training split is
counted for the static tables and whose validation split is coded.
"""

import argparse
import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from gan_audio_compression.audio.resample import resample
from gan_audio_compression.codec.models import open_model
from gan_audio_compression.codec.sequence.float_prior import thaw_prior
from gan_audio_compression.codec.sequence.model import SequenceModel
from gan_audio_compression.codec.sequence.quality import Quality
from gan_audio_compression.corpus.audio import decode_audio
from gan_audio_compression.corpus.folder import list_folder
from gan_audio_compression.entropy.logistic import LARGEST_SYMBOL
from gan_audio_compression.signal.analysis import log_mel_spectrogram
from gan_audio_compression.signal.level import normalise_level
from gan_audio_compression.signal.spec import SAMPLE_RATE

QUALITIES = tuple(Quality(index) for index in (32, 96, 160, 224))
TRAINING_UTTERANCES = 200
LONGEST_SECONDS = 16

logger = logging.getLogger("measure_prior")


def speech(folder: Path, split: str, count: int | None) -> Iterator[NDArray[np.float32]]:
    """Yield recordings of a split, spread over it, at 16 kHz and the project's level."""
    chosen = [entry for entry in list_folder(folder) if entry.split == split]
    for entry in chosen[:: max(1, len(chosen) // (count or len(chosen)))]:
        samples = resample(*decode_audio((folder / entry.path).read_bytes()), SAMPLE_RATE)
        yield normalise_level(samples)[0][: LONGEST_SECONDS * SAMPLE_RATE]


def table_bits(model: SequenceModel, counted: list[NDArray[np.int64]]) -> NDArray[np.float64]:
    """Return the bits [C, symbols] of a static table for each channel, counted with one added."""
    symbols = np.concatenate(counted) + LARGEST_SYMBOL
    counts = np.ones((model.networks.latent_channels, 2 * LARGEST_SYMBOL + 1))
    for channel, column in enumerate(symbols.T):
        counts[channel] += np.bincount(column, minlength=counts.shape[1])
    bits: NDArray[np.float64] = -np.log2(counts / counts.sum(1, keepdims=True))
    return bits


def main() -> None:
    """Log bit/s of each way to code, for some qualities."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    model = open_model("default")
    assert isinstance(model, SequenceModel)
    floats = thaw_prior(model.prior)
    counted = [log_mel_spectrogram(w) for w in speech(folder, "train", TRAINING_UTTERANCES)]
    coded = [log_mel_spectrogram(w) for w in speech(folder, "validation", None)]
    seconds = sum(len(log_mel) for log_mel in coded) / 125
    for quality in QUALITIES:
        static = table_bits(model, [model.symbols(log_mel, quality) for log_mel in counted])
        totals = np.zeros(4)
        for log_mel in coded:
            symbols = model.symbols(log_mel, quality)
            with torch.no_grad():
                conditioning = torch.tensor([quality.conditioning])
                batch = torch.from_numpy(symbols)[None].float()
                real = float(floats.code_length(batch, conditioning).sum())
            by_table = static[np.arange(symbols.shape[1]), symbols + LARGEST_SYMBOL].sum()
            whole = float(model.prior.code_length(symbols, quality.fixed_point))
            payload = model.prior.encode(symbols, quality.fixed_point)
            totals += by_table, real, whole, 8 * len(payload)
        table, real, whole, sent = totals / seconds
        logger.info(
            "quality %d: tables %.0f bit/s (%+.1f %%), floats %.0f, whole numbers %.0f (%+.2f %%),"
            " payload %.0f (n = %d)",
            *(quality.index, table, 100 * (table / whole - 1), real),
            *(whole, 100 * (whole / real - 1), sent, len(coded)),
        )


if __name__ == "__main__":
    main()
