"""Stimuli of one loudness (BS.1770), whatever level they come with."""

import math
from collections.abc import Callable

import numpy as np
import pyloudnorm
import pytest

from gan_audio_compression.listening.errors import ListeningTestError
from gan_audio_compression.listening.loudness import aligned_loudness

RATE = 16_000


def tone(decibels: float, seconds: float = 3.0) -> np.ndarray:
    """A sine at 997 Hz with its peak at `decibels` re full scale."""
    time = np.arange(round(seconds * RATE)) / RATE
    return np.asarray(10 ** (decibels / 20) * np.sin(2 * np.pi * 997 * time), dtype=np.float32)


def measured(wave: np.ndarray) -> float:
    """The loudness in LUFS, of which the first test below has the absolute value."""
    meter = pyloudnorm.Meter(RATE, filter_class="DeMan")
    return float(meter.integrated_loudness(wave.astype(float)))


def test_a_full_scale_tone_has_the_loudness_of_the_standard() -> None:
    """0 dBFS at 997 Hz is -3.01 LUFS, so to reach -23 takes -19.99 dB."""
    (wave, gain) = aligned_loudness({"tone": tone(0.0)}, -23.0)["tone"]
    assert gain == pytest.approx(-19.99, abs=0.05)
    assert 20 * math.log10(np.abs(wave).max()) == pytest.approx(-19.99, abs=0.05)


def test_waves_of_any_level_come_out_equally_loud(
    make_speech: Callable[[int, int], np.ndarray],
) -> None:
    speech = make_speech(3 * RATE, 0)
    waves = {"soft": 0.01 * speech, "loud": 3 * speech, "tone": tone(-30)}
    played = aligned_loudness(waves, -23.0)
    for wave, _ in played.values():
        assert measured(wave) == pytest.approx(-23, abs=0.02)
    assert played["soft"][1] - played["loud"][1] == pytest.approx(20 * math.log10(300), abs=1e-3)


def test_a_peak_makes_all_softer_by_as_much() -> None:
    speech = tone(-20)
    clicks = speech.copy()
    clicks[8000] = 0.99
    played = aligned_loudness({"speech": speech, "clicks": clicks}, -23.0)
    assert np.abs(played["clicks"][0]).max() == pytest.approx(10 ** (-1 / 20), abs=1e-4)
    loudness = [measured(wave) for wave, _ in played.values()]
    assert loudness[0] == pytest.approx(loudness[1], abs=0.01)
    # The tone needs no gain for -23 LUFS, so the click's -0.09 dB lie 0.91 dB too high.
    assert loudness[0] == pytest.approx(-23.91, abs=0.1)


@pytest.mark.parametrize(
    "wave", [np.zeros(RATE, np.float32), tone(0, 0.1), np.zeros(0, np.float32)]
)
def test_what_has_no_loudness_is_named(wave: np.ndarray) -> None:
    with pytest.raises(ListeningTestError, match="opus has no loudness"):
        aligned_loudness({"original": tone(-20), "opus": wave}, -23.0)
