"""Files that were made once decode for ever: to the same symbols, and to the same sound."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from gan_audio_compression.codec.codec import Codec
from gan_audio_compression.codec.precision import Precision
from gan_audio_compression.codec.receiver import DecodedChunk, Receiver

HERE = Path(__file__).parent
NAMES = sorted(path.stem for path in HERE.glob("*.gac"))


@pytest.fixture(params=[1, 2])
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


def decoded(name: str, precision: Precision) -> list[DecodedChunk]:
    model = Codec.load("paper", precision=precision).model
    data = (HERE / f"{name}.gac").read_bytes()
    return list(Receiver(model, io.BytesIO(data)).chunks())


def test_there_are_golden_files() -> None:
    assert len(NAMES) >= 3


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("name", NAMES)
def test_the_symbols_are_the_same_to_the_bit(name: str, precision: Precision, threads: int) -> None:
    symbols = np.concatenate([chunk.symbols for chunk in decoded(name, precision)])
    assert np.array_equal(symbols, np.load(HERE / f"{name}.npy", allow_pickle=False))


@pytest.mark.parametrize("name", NAMES)
def test_the_audio_is_the_same_within_a_thousandth(name: str, threads: int) -> None:
    samples, rate = Codec.load("paper").decode((HERE / f"{name}.gac").read_bytes())
    expected, expected_rate = soundfile.read(HERE / f"{name}.flac", dtype="float32")
    assert (rate, samples.shape) == (expected_rate, expected.shape)
    assert np.abs(samples - expected).max() < 1e-3


@pytest.mark.parametrize("name", NAMES)
def test_half_precision_changes_the_sound_by_little(name: str) -> None:
    exact, half = (
        torch.cat([chunk.log_mel for chunk in decoded(name, precision)])
        for precision in ("float32", "bfloat16")
    )
    assert (exact - half).abs().mean() < 0.05
