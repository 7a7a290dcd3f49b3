"""Conversion of the sampling rate keeps what can be heard and removes what cannot."""

import numpy as np
import pytest

from gan_audio_compression.signal.resample import to_project_rate
from gan_audio_compression.signal.spec import SAMPLE_RATE


def sine(frequency: float, sample_rate: int) -> np.ndarray:
    t = np.arange(sample_rate) / sample_rate
    return (0.3 * np.sin(2 * np.pi * frequency * t)).astype(np.float32)


def middle(samples: np.ndarray) -> np.ndarray:
    """Without the edges, where the filter meets nothing."""
    return samples[1000:-1000]


@pytest.mark.parametrize("sample_rate", [8000, 22_050, 44_100, 48_000])
def test_a_sine_stays_the_same_sine(sample_rate: int) -> None:
    resampled = to_project_rate(sine(1234.0, sample_rate), sample_rate)
    assert resampled.dtype == np.float32
    assert resampled.shape == (SAMPLE_RATE,)
    expected = sine(1234.0, SAMPLE_RATE)
    np.testing.assert_allclose(middle(resampled), middle(expected), atol=3e-3)


@pytest.mark.parametrize("sample_rate", [44_100, 48_000])
def test_what_lies_above_8_khz_does_not_fold_down(sample_rate: int) -> None:
    resampled = to_project_rate(sine(10_000.0, sample_rate), sample_rate)
    assert np.abs(middle(resampled)).max() < 3e-4


def test_the_project_rate_changes_nothing() -> None:
    samples = sine(440.0, SAMPLE_RATE)
    np.testing.assert_array_equal(to_project_rate(samples, SAMPLE_RATE), samples)
