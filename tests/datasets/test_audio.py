"""Waves in WAV files."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from gan_audio_compression.datasets.audio import AudioDataset
from gan_audio_compression.datasets.files import DatasetFileError

RATE = 16000


@pytest.fixture
def wave() -> np.ndarray:
    return np.random.default_rng(0).uniform(-1, 1, 1000).astype(np.float32)


def test_float_gives_back_the_same_samples(tmp_path: Path, wave: np.ndarray) -> None:
    dataset = AudioDataset(str(tmp_path / "a.wav"), RATE)
    dataset.save(wave)
    loaded = dataset.load()
    assert loaded.dtype == np.float32
    np.testing.assert_array_equal(loaded, wave)


def test_float_keeps_samples_beyond_full_scale(tmp_path: Path) -> None:
    dataset = AudioDataset(str(tmp_path / "a.wav"), RATE)
    dataset.save(np.array([1.5, -2.0], np.float32))
    np.testing.assert_array_equal(dataset.load(), [1.5, -2.0])


def test_16_bits_round_to_half_a_step_and_clip(tmp_path: Path, wave: np.ndarray) -> None:
    dataset = AudioDataset(str(tmp_path / "a.wav"), RATE, subtype="PCM_16")
    dataset.save(np.append(wave, np.float32(3)))
    loaded = dataset.load()
    assert np.abs(loaded[:-1] - wave).max() <= 2**-15
    assert loaded[-1] == pytest.approx(1, abs=2**-14)


@pytest.mark.parametrize("samples", [0, 1])
def test_almost_nothing_is_a_wave_too(tmp_path: Path, samples: int) -> None:
    dataset = AudioDataset(str(tmp_path / "a.wav"), RATE)
    dataset.save(np.zeros(samples, np.float32))
    assert dataset.load().shape == (samples,)


def test_another_rate_is_refused(tmp_path: Path, wave: np.ndarray) -> None:
    soundfile.write(tmp_path / "a.wav", wave, 8000)
    with pytest.raises(DatasetFileError, match=r"has 8000 samples a second .* 16000"):
        AudioDataset(str(tmp_path / "a.wav"), RATE).load()


def test_stereo_is_refused_both_ways(tmp_path: Path, wave: np.ndarray) -> None:
    stereo = np.stack([wave, wave], axis=1)
    soundfile.write(tmp_path / "a.wav", stereo, RATE)
    dataset = AudioDataset(str(tmp_path / "a.wav"), RATE)
    with pytest.raises(DatasetFileError, match="has 2 channels"):
        dataset.load()
    with pytest.raises(DatasetFileError, match="one channel"):
        dataset.save(stereo)


def test_a_file_that_is_no_audio_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"RIFF and no more")
    with pytest.raises(DatasetFileError, match=r"a\.wav is not a readable audio file"):
        AudioDataset(str(tmp_path / "a.wav"), RATE).load()
