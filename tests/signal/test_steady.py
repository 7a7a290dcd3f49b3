"""Steady noise: what is taken for it, what its average keeps, and that speech stays."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gan_audio_compression.signal.analysis import log_mel_spectrogram
from gan_audio_compression.signal.steady import PIECE, averaged_where_steady
from gan_audio_compression.signal.surroundings import coloured_noise

RATE = 16_000

Wave = NDArray[Any]


def noise(seconds: float, steepness: float, seed: int = 0) -> Wave:
    drawn = coloured_noise(round(seconds * RATE), steepness, np.random.default_rng(seed)).numpy()
    scaled: Wave = 0.05 * drawn / drawn.std()
    return scaled


def changes(log_mel: Wave) -> Wave:
    """From frame to frame, in nepers."""
    moved: Wave = np.abs(np.diff(log_mel, axis=0)).mean(1)
    return moved


@pytest.mark.parametrize("steepness", [0.0, 1.0, 2.0])
def test_noise_of_any_colour_becomes_its_average(steepness: float) -> None:
    log_mel = log_mel_spectrogram(noise(4, steepness))
    averaged = averaged_where_steady(log_mel)
    assert changes(averaged).mean() < 0.1 * changes(log_mel).mean()
    assert np.abs(averaged.mean(0) - log_mel.mean(0)).max() < 0.1


def test_speech_stays(make_speech: Any) -> None:
    log_mel = log_mel_spectrogram(make_speech(4 * RATE, 0))
    moved = np.abs(averaged_where_steady(log_mel) - log_mel).mean(1) > 0
    assert moved.mean() < 0.1


def test_a_pause_is_averaged_and_what_is_beside_it_is_not(make_speech: Any) -> None:
    speech = make_speech(2 * RATE, 1)
    pause = 0.02 * noise(2, 0.0)
    log_mel = log_mel_spectrogram(np.concatenate([speech, pause, speech]))
    averaged = averaged_where_steady(log_mel)
    inside = slice(250 + 40, 500 - 40)
    assert changes(averaged[inside]).mean() < 0.1 * changes(log_mel[inside]).mean()
    assert np.array_equal(averaged[:150], log_mel[:150])
    # What is averaged fades in and out.
    assert changes(averaged).max() <= changes(log_mel).max()


def test_each_second_has_one_average_and_short_rests_belong_to_it() -> None:
    averaged = averaged_where_steady(log_mel_spectrogram(noise(3.3, 1.0)))
    steps = np.flatnonzero(changes(averaged)) + 1
    assert steps.tolist() == [PIECE, 2 * PIECE]


def test_short_noise_such_as_a_fricative_stays() -> None:
    quiet, loud = 0.001 * noise(0.1, 0.0), noise(0.15, 0.0, 1)
    tones = 0.05 * np.sin(np.arange(RATE) ** 2 / 4e4)
    log_mel = log_mel_spectrogram(np.concatenate([tones, quiet, loud, quiet, tones]))
    assert np.array_equal(averaged_where_steady(log_mel), log_mel)


@pytest.mark.parametrize("frames", [1, 2, 48, 49, 50])
def test_any_number_of_frames_goes_through(frames: int) -> None:
    log_mel = np.full((frames, 128), -3.0, np.float32)
    assert np.allclose(averaged_where_steady(log_mel), log_mel)


def test_silence_stays_silence() -> None:
    log_mel = np.full((100, 128), -10.0, np.float32)
    assert np.array_equal(averaged_where_steady(log_mel), log_mel)
