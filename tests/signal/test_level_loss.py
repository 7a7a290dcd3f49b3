"""What a receiver loses of the level: added to what is sent, in each stretch of one level."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from gan_audio_compression.signal.analysis import centred_magnitude, log_mel_of
from gan_audio_compression.signal.level import LOWEST_LEVEL_CODE
from gan_audio_compression.signal.level_loss import corrected_levels
from gan_audio_compression.signal.magnitude import mel_to_magnitude
from gan_audio_compression.signal.synthesis import waveform_from_log_mel

NEPERS = math.log(10) / 20

Wave = NDArray[np.float64]


def noise(frames: int) -> tuple[Wave, Wave]:
    """Log mel of a noise, and the magnitude that a receiver makes of it."""
    drawn = 0.05 * np.random.default_rng(0).standard_normal(128 * (frames - 1))
    log_mel = log_mel_of(centred_magnitude(drawn))
    return log_mel, mel_to_magnitude(log_mel)


@pytest.mark.parametrize("lost_db", [-13.0, -3.0, 0.0, 2.0, 3.9])
def test_what_a_generator_loses_is_added_to_the_level(lost_db: float) -> None:
    log_mel, magnitude = noise(40)
    corrected = corrected_levels(np.full(40, 52), magnitude, log_mel - lost_db * NEPERS)
    assert corrected.tolist() == [52 - round(2 * lost_db)] * 40


@pytest.mark.parametrize("lost_db", [-16.0, 20.0])
def test_a_spectrum_that_no_wave_has_is_corrected_by_what_is_heard(lost_db: float) -> None:
    """Of magnitudes that have nothing to do with each other a wave keeps less than half."""
    log_mel, magnitude = noise(40)
    drawn = np.random.default_rng(1).standard_normal(log_mel.shape)
    generated = log_mel + drawn - lost_db * NEPERS
    corrected = corrected_levels(np.full(40, 52), magnitude, generated)
    heard = centred_magnitude(waveform_from_log_mel(generated, 39 * 128))
    lost = 10 * math.log10(np.square(magnitude).sum() / np.square(heard).sum())
    assert 0.5 * (52 - corrected) == pytest.approx(np.full(40, lost), abs=0.25)


def test_each_stretch_of_one_level_is_corrected_by_itself() -> None:
    log_mel, magnitude = noise(30)
    codes = np.repeat([52, 20, 80], 10)
    lost_db = np.repeat([2.0, 3.0, -1.0], 10)
    generated = log_mel - (lost_db * NEPERS)[:, None]
    corrected = corrected_levels(codes, magnitude, generated)
    assert corrected.tolist() == np.repeat([48, 14, 82], 10).tolist()


@pytest.mark.parametrize("lost_db", [8.0, 20.0])
@pytest.mark.parametrize("hertz", [440.0, 3100.0, 6000.0])
def test_a_tone_is_corrected_by_what_is_heard(hertz: float, lost_db: float) -> None:
    tone = 0.07 * np.sin(2 * math.pi * hertz * np.arange(16_000) / 16_000)
    magnitude = centred_magnitude(tone)
    generated = log_mel_of(magnitude) - lost_db * NEPERS
    lost = 0.5 * (80 - corrected_levels(np.full(len(generated), 80), magnitude, generated)[0])
    # The mel bands smear a tone, which costs up to 6 dB at high frequencies.
    assert lost_db - 0.5 <= lost <= lost_db + 6.0


def test_a_tone_within_speech_is_corrected_by_itself() -> None:
    """Its first frames, which lose nothing, are left to what is before it."""
    _, magnitude = noise(200)
    tone = 0.2 * np.sin(2 * math.pi * 1000 * np.arange(128 * 99) / 16_000)
    magnitude[50:150] += centred_magnitude(tone)
    generated = log_mel_of(magnitude)
    generated[53:150] -= 14.0 * NEPERS
    lost = 0.5 * (80 - corrected_levels(np.full(200, 80), magnitude, generated))
    assert lost[56:146] == pytest.approx(14.0, abs=2.0)
    assert lost[[*range(52), *range(152, 200)]] == pytest.approx(0.0, abs=1.0)


def test_moments_of_coarse_speech_are_no_tones() -> None:
    log_mel, magnitude = noise(200)
    generated = log_mel.copy()
    for start in range(0, 200, 20):
        generated[start : start + 8] -= 8.0 * NEPERS
    corrected = corrected_levels(np.full(200, 80), magnitude, generated)
    assert len(set(corrected)) == 1


def test_the_level_of_silence_is_left_alone() -> None:
    log_mel, magnitude = noise(4)
    silence = np.full(4, LOWEST_LEVEL_CODE)
    assert corrected_levels(silence, magnitude, log_mel - 0.5).tolist() == silence.tolist()


def test_the_level_of_another_signal_is_left_alone() -> None:
    codes = np.full(16, 52)
    time = np.arange(128 * 15) / 16_000
    low, high = (0.05 * np.sin(2 * math.pi * hertz * time) for hertz in (500.0, 4000.0))
    other = log_mel_of(centred_magnitude(high)) - 0.5
    assert corrected_levels(codes, centred_magnitude(low), other).tolist() == codes.tolist()


def test_a_corrected_level_is_not_that_of_silence_and_may_be_beyond_full_scale() -> None:
    log_mel, magnitude = noise(4)
    faintest = np.full(4, LOWEST_LEVEL_CODE - 1)
    assert corrected_levels(faintest, magnitude, log_mel + 0.5).tolist() == faintest.tolist()
    assert corrected_levels(np.full(4, 1), magnitude, log_mel - 0.5).tolist() == [-8] * 4
