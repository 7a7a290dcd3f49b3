"""The last step of a synthesis brings the loudness nearer and leaves what was given out."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gan_audio_compression.signal.analysis import (
    log_mel_spectrogram,
    mel_filters,
    short_time_spectrum,
)
from gan_audio_compression.signal.loudness import SPREAD, to_loudness
from gan_audio_compression.signal.loudness_match import Descent, LoudnessError, match_loudness
from gan_audio_compression.signal.spec import FLOOR, MEL_BANDS
from gan_audio_compression.signal.synthesis import Synthesiser, waveform_from_log_mel

FRAMES, SAMPLES = 97, 12_288

Wave = NDArray[Any]


@pytest.fixture(scope="module")
def log_mel() -> Wave:
    """Coloured noise, whose envelope moves."""
    noise = 0.05 * np.random.default_rng(3).standard_normal(SAMPLES)
    envelope = 0.6 + 0.4 * np.sin(np.arange(SAMPLES) / 900)
    return log_mel_spectrogram(envelope * (noise + np.roll(noise, 1)))


def loudness_error(waveform: Wave, log_mel: Wave) -> float:
    heard, wanted = to_loudness(log_mel_spectrogram(waveform)), to_loudness(log_mel)
    return float(np.square(heard - wanted).mean())


def test_the_loudness_comes_nearer(log_mel: Wave) -> None:
    plain, matched = (
        waveform_from_log_mel(log_mel, SAMPLES, descent=descent) for descent in (None, Descent())
    )
    assert loudness_error(matched, log_mel) < 0.8 * loudness_error(plain, log_mel)


def test_samples_that_were_given_out_stay(log_mel: Wave) -> None:
    signal = np.zeros(512 + 128 * (FRAMES - 1))
    gain = np.ones((FRAMES, 1))
    signal[1000:] = 0.01
    matched = match_loudness(signal, log_mel, gain, 900, 5000, Descent())
    assert np.array_equal(matched[:900], signal[:900])
    assert np.array_equal(matched[5000:], signal[5000:])
    assert not np.array_equal(matched[900:5000], signal[900:5000])


def test_nothing_to_move_is_nothing_moved(log_mel: Wave) -> None:
    signal = np.ones(512 + 128 * (FRAMES - 1))
    gain = np.ones((FRAMES, 1))
    assert np.array_equal(match_loudness(signal, log_mel, gain, 700, 700, Descent()), signal)


@pytest.mark.parametrize("floor", [FLOOR, -math.inf])
def test_silence_stays_silent(floor: float) -> None:
    waveform = waveform_from_log_mel(np.full((101, MEL_BANDS), floor), 12_800, descent=Descent())
    assert np.abs(waveform).max() < 1e-3


def test_the_level_of_the_recording_does_not_matter(log_mel: Wave) -> None:
    def at(gain: float) -> Wave:
        synthesiser = Synthesiser(descent=Descent())
        speech = synthesiser.feed(log_mel, np.full((len(log_mel), 1), gain))
        return np.concatenate([speech, synthesiser.finish(SAMPLES)])

    np.testing.assert_allclose(at(8.0) * 8, at(1.0), atol=1e-4)


def test_the_gradient_is_that_of_the_error(log_mel: Wave) -> None:
    signal = 0.05 * np.random.default_rng(1).standard_normal(512 + 128 * (FRAMES - 1))
    # Frames of silence too, which lie below the floor, where there is no gradient.
    signal[4000:6000] = 0.0
    gain = np.linspace(0.5, 2.0, FRAMES)[:, None]
    wanted = to_loudness(log_mel)
    leaf = torch.from_numpy(signal).requires_grad_(True)
    magnitude = (short_time_spectrum(leaf) * torch.from_numpy(gain)).abs().clamp_min(1e-6)
    mel = magnitude @ torch.from_numpy(mel_filters()).to(torch.float64)
    heard = to_loudness(mel.log().clamp_min(FLOOR))
    ((heard - torch.from_numpy(wanted)) / SPREAD).pow(2).sum().backward()
    assert leaf.grad is not None
    found = LoudnessError(wanted, gain).gradient(signal)
    np.testing.assert_allclose(found, leaf.grad, rtol=1e-6, atol=1e-6 * np.abs(found).max())
