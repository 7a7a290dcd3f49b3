"""Varied speech: how much speed and level may change, where noise is from, draws repeat."""

from typing import Any

import numpy as np
import pytest
from scipy.signal import stft

from gan_audio_compression.signal.variation import Surroundings, vary

RATE = 16_000
ALONE = Surroundings()


@pytest.fixture(scope="module")
def speech(make_speech: Any) -> np.ndarray:
    wave: np.ndarray = make_speech(2 * RATE, 0)
    return wave


def level_db(wave: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(wave, dtype=np.float64))))


def silent_samples(wave: np.ndarray) -> int:
    """The longest run of zeros."""
    loud = np.flatnonzero(np.concatenate([[1.0], wave, [1.0]]))
    return int(np.diff(loud).max()) - 1


def spectrum(wave: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.fft.rfftfreq(len(wave), 1 / RATE), np.abs(np.fft.rfft(wave))


def test_speed_and_level_change_within_their_ranges(speech: np.ndarray) -> None:
    varied = [vary(speech, ALONE, np.random.default_rng(seed)) for seed in range(60)]
    varied = [wave for wave in varied if not silent_samples(wave)]
    lengths = np.array([len(wave) for wave in varied]) / len(speech)
    changes = np.array([level_db(wave) for wave in varied]) - level_db(speech)
    assert 0.88 < lengths.min() < 0.92 and 1.1 < lengths.max() < 1.14
    # A telephone takes the low half of the power; noise as loud as the speech adds 3 dB.
    assert changes.min() > -12 and changes.max() < 7.6
    assert np.ptp(changes) > 5
    assert all(wave.dtype == np.float32 and np.isfinite(wave).all() for wave in varied)


def test_equal_draws_give_equal_speech(speech: np.ndarray) -> None:
    first, second, other = (vary(speech, ALONE, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, second)
    assert len(first) != len(other) or not np.array_equal(first, other)


def test_some_of_it_is_cut_in_two_by_a_pause(speech: np.ndarray) -> None:
    varied = [vary(speech, ALONE, np.random.default_rng(seed)) for seed in range(60)]
    silences = np.array([silent_samples(wave) / RATE for wave in varied])
    cut = silences[silences > 0.01]
    assert 2 <= len(cut) <= 12
    assert cut.min() > 0.29 and cut.max() < 2.01


def test_some_of_it_has_tones() -> None:
    hiss = 0.05 * np.random.default_rng(0).standard_normal(2 * RATE, np.float32)
    sounding = 0
    for seed in range(100):
        varied = vary(hiss, ALONE, np.random.default_rng(seed))
        _, _, windows = stft(varied, RATE, nperseg=800)
        power = np.square(np.abs(windows))
        sounding += int((power.max(0) > 0.3 * power.sum(0)).mean() > 0.1)
    assert 6 <= sounding <= 16


def test_recordings_of_places_are_heard(speech: np.ndarray) -> None:
    hum = np.sin(2 * np.pi * 6000 * np.arange(RATE) / RATE).astype(np.float32)
    hummed = 0
    for seed in range(40):
        varied = vary(speech, Surroundings([hum]), np.random.default_rng(seed))
        frequencies, magnitude = spectrum(varied)
        around = magnitude[(frequencies > 5900) & (frequencies < 6100)]
        hummed += int(around.max() > 30 * np.median(around))
    assert 3 <= hummed <= 20
