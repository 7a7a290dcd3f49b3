"""The log mel spectrogram: its frames, its bands and its unit."""

import math

import pytest
import torch
from torch import Tensor

from gan_audio_compression.signal.analysis import frame_count, log_mel_spectrogram
from gan_audio_compression.signal.spec import FLOOR, MEL_BANDS, SAMPLE_RATE


def sine(frequency: float, amplitude: float = 0.07) -> Tensor:
    t = torch.arange(SAMPLE_RATE, dtype=torch.float64) / SAMPLE_RATE
    return (amplitude * torch.sin(2 * math.pi * frequency * t)).float()


def slaney_mel(frequency: float) -> float:
    """Linear up to 1 kHz, 15 mel there; then 27 steps for each factor of 6.4."""
    if frequency < 1000.0:
        return frequency * 3 / 200
    return 15 + 27 * math.log(frequency / 1000.0) / math.log(6.4)


@pytest.mark.parametrize("samples", [1, 127, 128, 129, 16_000, 16_384])
def test_frames(samples: int) -> None:
    log_mel = log_mel_spectrogram(torch.randn(samples))
    assert log_mel.shape == (1 + samples // 128, MEL_BANDS)
    assert frame_count(samples) == len(log_mel)


@pytest.mark.parametrize("frequency", [300.0, 700.0, 1000.0, 1900.0, 3500.0, 7000.0])
def test_a_sine_peaks_where_the_slaney_scale_puts_it(frequency: float) -> None:
    step = slaney_mel(SAMPLE_RATE / 2) / (MEL_BANDS + 1)
    expected = slaney_mel(frequency) / step - 1
    peak = log_mel_spectrogram(sine(frequency)).mean(0).argmax().item()
    # Below 1.3 kHz the bands lie closer than the bins of the STFT.
    assert peak == pytest.approx(expected, abs=1.5 if frequency < 1300 else 1.0)


def test_bands_of_any_width_weigh_white_noise_alike() -> None:
    noise = torch.randn(4 * SAMPLE_RATE, generator=torch.Generator().manual_seed(0))
    bands = log_mel_spectrogram(0.01 * noise).exp().mean(0)
    low, high = bands[10:40].mean(), bands[100:125].mean()
    assert (low / high).item() == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("decibels", [-12.0, 6.0])
def test_louder_by_decibels_is_higher_by_nepers(decibels: float) -> None:
    noise = 0.05 * torch.randn(SAMPLE_RATE, generator=torch.Generator().manual_seed(0))
    raised = log_mel_spectrogram(noise * 10 ** (decibels / 20))
    difference = raised - log_mel_spectrogram(noise)
    torch.testing.assert_close(
        difference, torch.full_like(difference, decibels / 8.6859), atol=1e-3, rtol=0
    )


def test_silence_is_all_floor() -> None:
    silence = log_mel_spectrogram(torch.zeros(5000))
    assert silence.eq(FLOOR).all()


def test_nothing_lies_below_the_floor() -> None:
    quiet = log_mel_spectrogram(sine(1000.0, amplitude=1e-3))
    assert quiet.min().item() == FLOOR
    assert quiet.max().item() > FLOOR + 3


def test_time_runs_along_the_first_axis() -> None:
    late = torch.cat([torch.zeros(SAMPLE_RATE), sine(1000.0)])
    energy = log_mel_spectrogram(late).max(1).values
    assert energy[:120].eq(FLOOR).all()
    assert energy[130:].gt(-2).all()
