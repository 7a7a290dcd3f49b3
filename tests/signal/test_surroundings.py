"""Noise, rooms, lines and bands: levels, decay, what is left of a spectrum."""

from typing import Any

import numpy as np
import pytest
import torch
from scipy.signal import stft

from gan_audio_compression.signal.level import active_level_db
from gan_audio_compression.signal.surroundings import (
    band_limited,
    coloured_noise,
    in_room,
    over_telephone,
    room_response,
    tones,
    with_noise,
)

RATE = 16_000


@pytest.fixture(scope="module")
def speech(make_speech: Any) -> torch.Tensor:
    return torch.from_numpy(make_speech(2 * RATE, 0))


def power_db(wave: torch.Tensor) -> float:
    return float(10 * wave.double().square().mean().log10())


def spectrum(wave: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    return np.fft.rfftfreq(len(wave), 1 / RATE), np.abs(np.fft.rfft(wave.numpy()))


@pytest.mark.parametrize("snr_db", [0.0, 15.0])
@pytest.mark.parametrize("seconds", [0.3, 5.0])
def test_noise_is_as_faint_as_it_should_be(
    speech: torch.Tensor, snr_db: float, seconds: float
) -> None:
    noise = coloured_noise(round(seconds * RATE), 1.0, np.random.default_rng(0))
    added = with_noise(speech, noise, snr_db) - speech
    assert power_db(added) == pytest.approx(active_level_db(speech.numpy()) - snr_db, abs=0.1)


def test_steeper_noise_has_less_above() -> None:
    for steepness in (0.0, 1.0, 2.0):
        noise = coloured_noise(4 * RATE, steepness, np.random.default_rng(0))
        frequencies, magnitude = spectrum(noise)
        low, high = (
            10 * np.log10(np.square(magnitude[(frequencies > f) & (frequencies < 1.2 * f)]).mean())
            for f in (500, 4000)
        )
        assert low - high == pytest.approx(9.03 * steepness, abs=1)


def test_tones_are_few_harmonics_that_come_without_a_click() -> None:
    sounding = tones(6 * RATE, np.random.default_rng(0))
    assert len(sounding) == 6 * RATE
    frequencies, _, windows = stft(sounding.numpy(), RATE, nperseg=1600, window="blackman")
    power = np.square(np.abs(windows))
    strongest = np.sort(power, axis=0)[::-1]
    lines = strongest[: 3 * 6].sum(0) / strongest.sum(0)
    assert np.median(lines) > 0.999
    assert 80 <= frequencies[power.argmax(0)].min() < frequencies[power.argmax(0)].max() <= 7000
    # A jump of the wave would be as strong at 8 kHz as anywhere.
    assert power[-1].max() < 1e-6 * power.max()


@pytest.mark.parametrize("reverberation_s", [0.2, 0.8])
@pytest.mark.parametrize("direct_db", [-3.0, 10.0])
def test_a_room_decays_as_long_and_is_as_near_as_asked(
    reverberation_s: float, direct_db: float
) -> None:
    response = room_response(reverberation_s, direct_db, np.random.default_rng(0))
    energy = np.square(response.astype(np.float64))
    assert response[0] == 1
    assert 10 * np.log10(energy[0] / energy[1:].sum()) == pytest.approx(direct_db, abs=0.01)
    # Schroeder's integral between 5 and 35 dB of decay, twice for 60 dB.
    left_db = 10 * np.log10(energy[1:][::-1].cumsum()[::-1] / energy[1:].sum())
    start, end = (int(np.argmax(left_db < level)) for level in (-5, -35))
    assert 2 * (end - start) / RATE == pytest.approx(reverberation_s, rel=0.1)


def test_speech_in_a_room_keeps_its_length_level_and_time(speech: torch.Tensor) -> None:
    response = np.concatenate(
        [np.zeros(700, np.float32), room_response(0.4, 6.0, np.random.default_rng(1))]
    )
    heard = in_room(speech, torch.from_numpy(response))
    assert len(heard) == len(speech)
    assert active_level_db(heard.numpy()) == pytest.approx(
        active_level_db(speech.numpy()), abs=0.01
    )
    alike = np.correlate(heard.numpy(), speech.numpy()[1000:-1000], "valid")
    assert int(np.argmax(alike)) == 1000


def test_what_lies_beyond_a_band_is_gone(speech: torch.Tensor) -> None:
    frequencies, before = spectrum(speech)
    _, after = spectrum(band_limited(speech, 300.0, 3400.0))
    within = (frequencies > 310) & (frequencies < 3390)
    beyond = (frequencies < 260) | (frequencies > 3760)
    assert np.allclose(after[within], before[within], rtol=1e-2, atol=1e-2)
    assert after[beyond].max() < 1e-3 * before.max()


def test_a_telephone_has_the_noise_of_its_8_bits(speech: torch.Tensor) -> None:
    heard, narrow = over_telephone(speech), band_limited(speech, 300.0, 3400.0)
    assert len(heard) == len(speech)
    ratio_db = power_db(narrow) - power_db(heard - narrow)
    # G.711 has about 38 dB at such levels, less where samples are few steps large.
    assert 25 < ratio_db < 45
