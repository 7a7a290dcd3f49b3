"""Files that were made once decode for ever: to the same symbols, and to the same sound."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from gan_audio_compression.codec.codec import Codec
from gan_audio_compression.codec.models import model_names
from gan_audio_compression.codec.precision import Precision
from gan_audio_compression.codec.receiver import DecodedChunk, Receiver

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*/*.gac"))
each_file = pytest.mark.parametrize(
    "path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}"
)
"""Files in a folder that is called after the model that made them."""


@pytest.fixture(params=[1, 2])
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


def decoded(path: Path, precision: Precision) -> list[DecodedChunk]:
    model = Codec.load(path.parent.name, precision=precision).model
    return list(Receiver(model, io.BytesIO(path.read_bytes())).chunks())


def test_each_model_that_ships_has_golden_files() -> None:
    assert {path.parent.name for path in FILES} == set(model_names())
    assert len(FILES) >= 3 * len(model_names())


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@each_file
def test_the_symbols_are_the_same_to_the_bit(
    path: Path, precision: Precision, threads: int
) -> None:
    symbols = np.concatenate([chunk.symbols for chunk in decoded(path, precision)])
    assert np.array_equal(symbols, np.load(path.with_suffix(".npy"), allow_pickle=False))


@each_file
def test_the_audio_is_the_same_within_a_thousandth(path: Path, threads: int) -> None:
    samples, rate = Codec.load(path.parent.name).decode(path.read_bytes())
    expected, expected_rate = soundfile.read(path.with_suffix(".flac"), dtype="float32")
    assert (rate, samples.shape) == (expected_rate, expected.shape)
    assert np.abs(samples - expected).max() < 1e-3


@pytest.mark.parametrize("name", model_names())
def test_half_precision_changes_the_sound_by_little(name: str) -> None:
    """Of one short file: processors without bfloat16 take minutes."""
    path = min(HERE.glob(f"{name}/*.npy"), key=lambda path: path.stat().st_size)
    path = path.with_suffix(".gac")
    exact, half = (
        np.concatenate([chunk.log_mel for chunk in decoded(path, precision)])
        for precision in ("float32", "bfloat16")
    )
    assert np.abs(exact - half).mean() < 0.05
