"""Power in the bands of hearing: calibration, conservation, agreement of the two ways to it."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from gan_audio_compression.signal.analysis import log_mel_spectrogram
from gan_audio_compression.signal.bark import (
    Band,
    bark_scale,
    power_of_log_mel,
    power_of_wave,
)
from gan_audio_compression.signal.spec import FLOOR, SAMPLE_RATE, SPEECH_LEVEL_DB

AMPLITUDE = math.sqrt(2) * 10 ** (SPEECH_LEVEL_DB / 20)
BANDS: tuple[Band, ...] = ("narrow", "wide")


def tone(frequency: float) -> Tensor:
    phase = 2 * math.pi * frequency / SAMPLE_RATE * torch.arange(SAMPLE_RATE, dtype=torch.float64)
    return (AMPLITUDE * phase.sin()).float()


@pytest.mark.parametrize("band", BANDS)
def test_a_tone_at_the_speech_level_is_heard_at_88_db(band: Band) -> None:
    power = power_of_wave(tone(1000.0), band)[10:-10].sum(-1)
    assert (10 * power.log10() - 88.0).abs().max() < 0.1


def test_the_telephone_passes_its_band_and_no_other() -> None:
    heard = [
        float(10 * power_of_wave(tone(hertz), "narrow")[10:-10].sum(-1).mean().log10())
        for hertz in (100.0, 1000.0, 3000.0, 4500.0)
    ]
    assert heard[0] < heard[1] - 20
    assert heard[2] == pytest.approx(heard[1], abs=0.3)
    assert heard[3] < heard[1] - 50


@pytest.mark.parametrize(("band", "rate"), [("narrow", 17.6), ("wide", 22.5)])
def test_bands_cover_the_scale_of_hearing(band: Band, rate: float) -> None:
    scale = bark_scale(band, torch.float32, torch.device("cpu"))
    assert scale.width * len(scale.threshold) == pytest.approx(rate, abs=0.1)
    centre = float(7 * np.arcsinh(1000.0 / 650.0)) / scale.width
    assert int(power_of_wave(tone(1000.0), band)[60].argmax()) == pytest.approx(centre, abs=1)


@pytest.mark.parametrize("band", BANDS)
def test_the_log_mel_has_nearly_the_power_of_its_wave(band: Band) -> None:
    wave = 0.05 * torch.randn(2 * SAMPLE_RATE, generator=torch.Generator().manual_seed(0))
    exact = power_of_wave(wave, band).mean(0)
    estimated = power_of_log_mel(log_mel_spectrogram(wave), band).mean(0)
    # The square of a mean magnitude is less than the mean square: 1 dB for noise. No mel filter
    # passes the last bin.
    errors_db = 10 * (estimated / exact).log10()[:-1]
    assert errors_db.max() < 0.3
    assert errors_db.min() > -1.2


@pytest.mark.parametrize("band", BANDS)
def test_no_energy_hides_from_the_bands(band: Band) -> None:
    from_mel = bark_scale(band, torch.float32, torch.device("cpu")).from_mel
    assert (from_mel >= 0).all()
    within = 128 if band == "wide" else 75
    log_mel = torch.full((1, 128), FLOOR)
    silence = power_of_log_mel(log_mel, band).sum()
    for mel_band in range(within):
        raised = log_mel.clone()
        raised[0, mel_band] = -1.0
        assert power_of_log_mel(raised, band).sum() > 2 * silence


def test_shapes_and_batches() -> None:
    waves = torch.randn(2, 3, 5000, generator=torch.Generator().manual_seed(1))
    power = power_of_wave(waves, "wide")
    assert power.shape == (2, 3, 40, 49)
    torch.testing.assert_close(power[1, 2], power_of_wave(waves[1, 2], "wide"))
    assert power_of_log_mel(torch.zeros(4, 9, 128), "narrow").shape == (4, 9, 42)
