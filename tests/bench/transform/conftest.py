"""A transform codec fitted to a minute of the demo corpus, and a sentence that it never saw."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gan_audio_compression.bench.transform.fit import fit_transform
from gan_audio_compression.bench.transform.model import TransformModel
from gan_audio_compression.corpus.audio import decode_audio
from gan_audio_compression.signal.analysis import log_mel_spectrogram
from gan_audio_compression.signal.level import normalise_level

CORPUS = Path(__file__).resolve().parents[3] / "data/01_raw/demo_corpus"


def log_mel_of(speech: NDArray[np.float32]) -> NDArray[np.float32]:
    normalised, _ = normalise_level(speech)
    log_mel: NDArray[np.float32] = log_mel_spectrogram(torch.from_numpy(normalised)).numpy()
    return log_mel


@pytest.fixture(scope="session")
def log_mels() -> list[NDArray[np.float32]]:
    files = sorted((CORPUS / "TRAIN").rglob("*.WAV"))[::3]
    return [log_mel_of(decode_audio(file.read_bytes())[0]) for file in files]


@pytest.fixture(scope="session")
def model(log_mels: list[NDArray[np.float32]]) -> TransformModel:
    return fit_transform(log_mels)


@pytest.fixture(scope="session")
def sentence() -> NDArray[np.float32]:
    """A sentence of an unseen speaker, [n] at 16 kHz."""
    file = min((CORPUS / "TEST").rglob("*.WAV"))
    return decode_audio(file.read_bytes())[0]
