"""Delays that are known, of waves that keep their samples and of waves that do not."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import istft, stft

from gan_audio_compression.evaluation.alignment import AlignmentError, aligned, find_delay

RATE = 16_000
MakeSpeech = Callable[[int, int], NDArray[np.float32]]


def delayed(wave: NDArray[np.float32], delay: int) -> NDArray[np.float32]:
    """The wave behind `delay` zeros, or without its first `-delay` samples."""
    return np.concatenate([np.zeros(max(0, delay), np.float32), wave[max(0, -delay) :]])


def with_other_phases(wave: NDArray[np.float32]) -> NDArray[np.float32]:
    """What a vocoder does: the short-time spectrum with phases made up."""
    _, _, spectrum = stft(wave, RATE, nperseg=320)
    turns = np.random.default_rng(0).uniform(size=spectrum.shape)
    _, other = istft(spectrum * np.exp(2j * np.pi * turns), RATE, nperseg=320)
    return np.asarray(other[: len(wave)], np.float32)


@pytest.mark.parametrize("delay", [-1500, -37, 0, 1, 95, 1500])
def test_a_known_delay_is_found_whatever_gain_and_sign(
    sentence: NDArray[np.float32], delay: int
) -> None:
    decoded = np.float32(-0.1) * delayed(sentence, delay)
    assert find_delay(sentence, decoded) == pytest.approx(delay, abs=4)


@pytest.mark.parametrize("delay", [0, 300, 640])
def test_the_delay_of_a_vocoder_is_found_within_a_millisecond(
    sentence: NDArray[np.float32], delay: int
) -> None:
    vocoded = with_other_phases(sentence)
    assert find_delay(sentence, delayed(vocoded, delay)) == pytest.approx(delay, abs=16)


def test_loss_of_the_upper_band_does_not_matter(make_speech: MakeSpeech) -> None:
    speech = make_speech(2 * RATE, 0)
    spectrum = np.fft.rfft(speech)
    spectrum[len(spectrum) // 2 :] = 0
    narrow = np.fft.irfft(spectrum).astype(np.float32)
    assert find_delay(speech, delayed(narrow, 200)) == pytest.approx(200, abs=4)


@pytest.mark.parametrize("length", [1, 160, 1600, RATE])
def test_silence_has_no_delay(make_speech: MakeSpeech, length: int) -> None:
    silence = np.zeros(length, np.float32)
    speech = make_speech(length, 0)
    assert find_delay(silence, silence) == 0
    assert find_delay(speech, silence) == 0
    assert find_delay(silence, speech) == 0


@pytest.mark.parametrize("length", [1, 160, 1600])
def test_what_is_too_short_to_compare_has_no_delay(make_speech: MakeSpeech, length: int) -> None:
    speech = make_speech(length, 0)
    assert find_delay(speech, delayed(speech, 320)) == 0


@pytest.mark.parametrize("delay", [-5, -1, 0, 3, 10, 100])
@pytest.mark.parametrize("length", [1, 9, 10, 15])
def test_aligned_wave_has_each_sample_in_its_place(delay: int, length: int) -> None:
    decoded = np.arange(1, 11, dtype=np.float32)
    result = aligned(decoded, delay, length)
    expected = [decoded[i + delay] if 0 <= i + delay < 10 else 0 for i in range(length)]
    assert result.dtype == np.float32
    assert result.tolist() == expected


def test_aligning_undoes_a_delay(make_speech: MakeSpeech) -> None:
    speech = make_speech(RATE, 0)
    np.testing.assert_array_equal(aligned(delayed(speech, 320), 320, RATE), speech)


def test_other_speech_and_a_delay_beyond_reach_are_an_error(
    sentence: NDArray[np.float32], make_speech: MakeSpeech
) -> None:
    noise = np.random.default_rng(0).standard_normal(len(sentence)).astype(np.float32)
    for other in (make_speech(len(sentence), 0), noise, delayed(sentence, RATE // 2)):
        with pytest.raises(AlignmentError, match="unlike the original at every delay"):
            find_delay(sentence, other)
