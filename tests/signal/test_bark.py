"""Power in the bands of hearing: calibration, conservation, what a listener hears through."""

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
)
from gan_audio_compression.signal.spec import FLOOR, SAMPLE_RATE, SPEECH_LEVEL_DB

AMPLITUDE = math.sqrt(2) * 10 ** (SPEECH_LEVEL_DB / 20)
BANDS: tuple[Band, ...] = ("narrow", "wide")


def tone(frequency: float) -> Tensor:
    phase = 2 * math.pi * frequency / SAMPLE_RATE * torch.arange(SAMPLE_RATE, dtype=torch.float64)
    return (AMPLITUDE * phase.sin()).float()


def heard_power(wave: Tensor, band: Band) -> Tensor:
    return power_of_log_mel(log_mel_spectrogram(wave), band)


@pytest.mark.parametrize("band", BANDS)
def test_a_tone_at_the_speech_level_is_heard_at_nearly_88_db(band: Band) -> None:
    """The mean magnitude of a mel band that is wider than the tone is less than its peak."""
    power = heard_power(tone(1000.0), band)[10:-10].sum(-1)
    assert (10 * power.log10() - 87.8).abs().max() < 0.1


def test_the_telephone_passes_its_band_and_no_other() -> None:
    heard = [
        float(10 * (telephone / headphone).log10())
        for telephone, headphone in (
            (heard_power(tone(hertz), band)[10:-10].sum(-1).mean() for band in BANDS)
            for hertz in (100.0, 1000.0, 3000.0, 4500.0)
        )
    ]
    assert heard[0] < heard[1] - 20
    assert heard[1] == pytest.approx(0.0, abs=0.1)
    assert heard[2] == pytest.approx(heard[1], abs=0.3)
    assert heard[3] < heard[1] - 50


@pytest.mark.parametrize(("band", "rate"), [("narrow", 17.6), ("wide", 22.5)])
def test_bands_cover_the_scale_of_hearing(band: Band, rate: float) -> None:
    scale = bark_scale(band, torch.float32, torch.device("cpu"))
    assert scale.width * len(scale.threshold) == pytest.approx(rate, abs=0.1)
    centre = float(7 * np.arcsinh(1000.0 / 650.0)) / scale.width
    assert int(heard_power(tone(1000.0), band)[60].argmax()) == pytest.approx(centre, abs=1)


@pytest.mark.parametrize(("band", "low", "high"), [("narrow", 700, 3250), ("wide", 150, 7800)])
def test_noise_has_nearly_its_power_in_each_band(band: Band, low: float, high: float) -> None:
    """Where the listener hears through nothing that changes it."""
    scale = bark_scale(band, torch.float32, torch.device("cpu"))
    rates = scale.width * torch.arange(len(scale.threshold) + 1, dtype=torch.float64)
    edges = 650.0 * (rates / 7.0).sinh()
    noise = torch.randn(20 * SAMPLE_RATE, generator=torch.Generator().manual_seed(0))
    wave = 10 ** (SPEECH_LEVEL_DB / 20) * noise
    exact = 10**8.8 * edges.diff() / (SAMPLE_RATE / 2)
    errors_db = 10 * (heard_power(wave, band).mean(0) / exact).log10()
    errors_db = errors_db[(edges[:-1] > low) & (edges[1:] < high)]
    assert len(errors_db) > 20
    # The square of a mean magnitude is less than the mean square: 1 dB for noise.
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
    log_mels = -10 * torch.rand(2, 3, 40, 128, generator=torch.Generator().manual_seed(1))
    power = power_of_log_mel(log_mels, "wide")
    assert power.shape == (2, 3, 40, 49)
    torch.testing.assert_close(power[1, 2], power_of_log_mel(log_mels[1, 2], "wide"))
    assert power_of_log_mel(torch.zeros(4, 9, 128), "narrow").shape == (4, 9, 42)
