"""Varied speech: how much speed, level, noise and band may change, and that draws repeat."""

from typing import Any

import numpy as np
import pytest
import torch

from gan_audio_compression.signal import variation
from gan_audio_compression.signal.variation import vary

RATE = 16_000


@pytest.fixture(scope="module")
def speech(make_speech: Any) -> np.ndarray:
    wave: np.ndarray = make_speech(2 * RATE, 0)
    return wave


def level_db(wave: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(wave, dtype=np.float64))))


def spectrum(wave: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.fft.rfftfreq(len(wave), 1 / RATE), np.abs(np.fft.rfft(wave))


def test_speed_and_level_change_within_their_ranges(speech: np.ndarray) -> None:
    varied = [vary(speech, np.random.default_rng(seed)) for seed in range(40)]
    lengths = np.array([len(wave) for wave in varied]) / len(speech)
    changes = np.array([level_db(wave) for wave in varied]) - level_db(speech)
    assert 0.88 < lengths.min() < 0.92 and 1.1 < lengths.max() < 1.14
    # A narrower band takes some of the level too.
    assert changes.min() > -8 and changes.max() < 4.6
    assert np.ptp(changes) > 5
    assert all(wave.dtype == np.float32 and np.isfinite(wave).all() for wave in varied)


def test_equal_draws_give_equal_speech(speech: np.ndarray) -> None:
    first, second, other = (vary(speech, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, second)
    assert len(first) != len(other) or not np.array_equal(first, other)


def test_noise_is_as_faint_as_it_should_be() -> None:
    levels = [level_db(variation._noise(RATE, np.random.default_rng(s)).numpy()) for s in range(50)]
    assert -66.1 < min(levels) < -60
    assert -42 < max(levels) < -35.9


def test_what_lies_beyond_a_band_is_gone(speech: np.ndarray) -> None:
    limited = variation._limited(torch.from_numpy(speech), 300.0, 3400.0).numpy()
    frequencies, before = spectrum(speech)
    _, after = spectrum(limited)
    within = (frequencies > 310) & (frequencies < 3390)
    beyond = (frequencies < 260) | (frequencies > 3760)
    assert np.allclose(after[within], before[within], rtol=1e-2, atol=1e-2)
    assert after[beyond].max() < 1e-3 * before.max()
