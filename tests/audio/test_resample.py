"""Conversion of the sampling rate keeps what can be heard, removes what cannot, and its length."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gan_audio_compression.audio.resample import Resampler, resample, resampled_length

CODEC_RATE = 16_000
RATES = st.integers(1000, 768_000)


def sine(frequency: float, rate: int, seconds: float = 1.0) -> NDArray[np.float32]:
    time = np.arange(round(seconds * rate)) / rate
    return (0.5 * np.sin(2 * np.pi * frequency * time)).astype(np.float32)


def middle(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Without the ends, where the filter meets nothing."""
    return samples[len(samples) // 10 : -len(samples) // 10]


def gain_db(frequency: float, from_rate: int, to_rate: int) -> float:
    level = middle(resample(sine(frequency, from_rate), from_rate, to_rate)).std() * np.sqrt(2)
    return float(20 * np.log10(level / 0.5 + 1e-12))


@pytest.mark.parametrize("rate", [1000, 8000, 22_050, 44_100, 44_101, 48_000, 767_999])
def test_a_sine_stays_the_same_sine_without_delay(rate: int) -> None:
    for from_rate, to_rate in [(rate, CODEC_RATE), (CODEC_RATE, rate)]:
        frequency = 0.3 * min(from_rate, to_rate)
        resampled = resample(sine(frequency, from_rate), from_rate, to_rate)
        assert resampled.dtype == np.float32
        assert resampled.shape == (to_rate,)
        expected = middle(sine(frequency, to_rate))
        np.testing.assert_allclose(middle(resampled), expected, atol=1e-4)


@pytest.mark.parametrize("rate", [32_000, 44_100, 44_101, 48_000, 96_000])
def test_speech_band_is_flat_and_nothing_folds_down(rate: int) -> None:
    assert abs(gain_db(50, rate, CODEC_RATE)) < 0.001
    assert abs(gain_db(7300, rate, CODEC_RATE)) < 0.01
    assert abs(gain_db(7500, rate, CODEC_RATE)) < 0.5
    for alias in (8010, 8500, 9000, 12_000, 15_900):
        assert gain_db(alias, rate, CODEC_RATE) < -90


@settings(max_examples=40)
@given(st.data(), RATES, RATES, st.integers(0, 5000))
def test_the_cuts_of_a_stream_do_not_matter(
    data: st.DataObject, from_rate: int, to_rate: int, length: int
) -> None:
    samples = np.random.default_rng(length).standard_normal(length).astype(np.float32)
    cuts = sorted(data.draw(st.lists(st.integers(0, length), max_size=8)))
    resampler = Resampler(from_rate, to_rate)
    blocks = [resampler.feed(block) for block in np.split(samples, cuts)]
    streamed = np.concatenate([*blocks, resampler.finish()])
    np.testing.assert_array_equal(streamed, resample(samples, from_rate, to_rate))
    assert len(streamed) == -(-length * to_rate // from_rate)


@settings(max_examples=80)
@given(RATES | st.sampled_from([8000, 15_999, 16_000, 16_001, 44_100]), st.integers(0, 20_000))
def test_there_and_back_restores_the_length(rate: int, length: int) -> None:
    coded = resample(np.ones(length, np.float32), rate, CODEC_RATE)
    assert len(coded) == resampled_length(length, rate, CODEC_RATE)
    decoder = Resampler(CODEC_RATE, rate)
    assert len(decoder.feed(coded)) + len(decoder.finish(length)) == length


def test_there_and_back_restores_the_signal() -> None:
    original = sine(1234.5, 44_101, 0.71)
    decoder = Resampler(CODEC_RATE, 44_101)
    restored = decoder.feed(resample(original, 44_101, CODEC_RATE))
    restored = np.concatenate([restored, decoder.finish(len(original))])
    np.testing.assert_allclose(middle(restored), middle(original), atol=1e-4)


@pytest.mark.parametrize("length", [0, 99, 103, 1 << 60])
def test_length_that_does_not_belong_to_the_input_is_refused(length: int) -> None:
    resampler = Resampler(CODEC_RATE, 16_100)
    resampler.feed(np.zeros(100, np.float32))
    with pytest.raises(ValueError, match="100 samples"):
        resampler.finish(length)


def test_equal_rates_change_nothing() -> None:
    samples = sine(440, CODEC_RATE)
    np.testing.assert_array_equal(resample(samples, CODEC_RATE, CODEC_RATE), samples)


def test_output_comes_while_the_input_goes_on() -> None:
    resampler = Resampler(44_101, CODEC_RATE)
    given_out = sum(len(resampler.feed(np.zeros(4410, np.float32))) for _ in range(10))
    assert given_out > 0.9 * CODEC_RATE


def test_coprime_rates_are_cheap() -> None:
    minute = np.zeros(60 * 44_101, np.float32)
    start = time.process_time()
    resample(minute, 44_101, CODEC_RATE)
    assert time.process_time() - start < 2
