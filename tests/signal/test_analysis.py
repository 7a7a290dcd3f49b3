"""The log mel spectrogram: its frames, its bands and its unit."""

import math
import zlib
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gan_audio_compression.signal.analysis import (
    frame_count,
    hann_window,
    log_mel_spectrogram,
    mel_filters,
)
from gan_audio_compression.signal.spec import FLOOR, MEL_BANDS, SAMPLE_RATE

Wave = NDArray[Any]


def sine(frequency: float, amplitude: float = 0.07) -> Wave:
    t = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    return (amplitude * np.sin(2 * math.pi * frequency * t)).astype(np.float32)


def slaney_mel(frequency: float) -> float:
    """Linear up to 1 kHz, 15 mel there; then 27 steps for each factor of 6.4."""
    if frequency < 1000.0:
        return frequency * 3 / 200
    return 15 + 27 * math.log(frequency / 1000.0) / math.log(6.4)


@pytest.mark.parametrize("samples", [1, 127, 128, 129, 16_000, 16_384])
def test_frames(samples: int) -> None:
    log_mel: Wave = log_mel_spectrogram(np.ones(samples))
    assert log_mel.shape == (1 + samples // 128, MEL_BANDS)
    assert frame_count(samples) == len(log_mel)


@pytest.mark.parametrize("frequency", [300.0, 700.0, 1000.0, 1900.0, 3500.0, 7000.0])
def test_a_sine_peaks_where_the_slaney_scale_puts_it(frequency: float) -> None:
    step = slaney_mel(SAMPLE_RATE / 2) / (MEL_BANDS + 1)
    expected = slaney_mel(frequency) / step - 1
    peak = log_mel_spectrogram(sine(frequency)).mean(0).argmax()
    # Below 1.3 kHz the bands lie closer than the bins of the STFT.
    assert peak == pytest.approx(expected, abs=1.5 if frequency < 1300 else 1.0)


def test_bands_of_any_width_weigh_white_noise_alike() -> None:
    noise = np.random.default_rng(0).standard_normal(4 * SAMPLE_RATE)
    bands = np.exp(log_mel_spectrogram(0.01 * noise)).mean(0)
    low, high = bands[10:40].mean(), bands[100:125].mean()
    assert low / high == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("decibels", [-12.0, 6.0])
def test_louder_by_decibels_is_higher_by_nepers(decibels: float) -> None:
    noise = 0.05 * np.random.default_rng(0).standard_normal(SAMPLE_RATE)
    raised = log_mel_spectrogram(noise * 10 ** (decibels / 20))
    difference = raised - log_mel_spectrogram(noise)
    np.testing.assert_allclose(difference, decibels / 8.6859, atol=1e-3)


def test_silence_is_all_floor() -> None:
    silence = log_mel_spectrogram(np.zeros(5000))
    assert (silence == FLOOR).all()


def test_nothing_lies_below_the_floor() -> None:
    quiet = log_mel_spectrogram(sine(1000.0, amplitude=1e-3))
    assert quiet.min() == FLOOR
    assert quiet.max() > FLOOR + 3


def test_time_runs_along_the_first_axis() -> None:
    late = np.concatenate([np.zeros(SAMPLE_RATE), sine(1000.0)])
    energy = log_mel_spectrogram(late).max(1)
    assert (energy[:120] == FLOOR).all()
    assert (energy[130:] > -2).all()


def test_a_tensor_gives_what_an_array_gives() -> None:
    noise = 0.05 * np.random.default_rng(0).standard_normal((2, 3000)).astype(np.float32)
    leaf = torch.from_numpy(noise).requires_grad_(True)
    log_mel = log_mel_spectrogram(leaf)
    assert log_mel.dtype == torch.float32
    np.testing.assert_allclose(log_mel.detach(), log_mel_spectrogram(noise), atol=1e-4)
    log_mel.sum().backward()
    assert leaf.grad is not None and leaf.grad.isfinite().all() and leaf.grad.any()


def test_what_is_no_number_is_not_taken_for_silence() -> None:
    assert np.isnan(log_mel_spectrogram(np.full(1000, np.nan))).all()
    assert torch.isnan(log_mel_spectrogram(torch.full((1000,), math.nan))).all()


def test_window_and_filters_stay_to_the_last_bit() -> None:
    """They are those of PyTorch and torchaudio 2.11, with which the models learnt."""
    assert zlib.crc32(mel_filters().tobytes()) == 905617740
    assert zlib.crc32(hann_window().tobytes()) == 2139700413
