"""A spoken sentence, and codecs that may be missing here."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from numpy.typing import NDArray

from gan_audio_compression.bench.codec import BenchCodec, CodecMissingError

SENTENCE = "data/01_raw/demo_corpus/TRAIN/DR1/MRMS0/SX3.WAV"


@pytest.fixture(scope="session")
def sentence() -> NDArray[np.float32]:
    """A sentence of the demo corpus, 3.16 s."""
    samples, _ = sf.read(Path(__file__).resolve().parents[2] / SENTENCE, dtype="float32")
    return np.asarray(samples, np.float32)


@pytest.fixture
def require() -> Callable[[BenchCodec], None]:
    """Skip the test, and say why, where a codec is not installed."""

    def check(codec: BenchCodec) -> None:
        try:
            codec.version()
        except CodecMissingError as error:
            pytest.skip(str(error))

    return check


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without any codec."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("ctypes.util.find_library", lambda name: None)
