"""The level of an utterance: what counts, what the byte carries, what silence does."""

import math
import tracemalloc
import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_audio_compression.signal.level import (
    LOWEST_LEVEL_CODE,
    LevelMeter,
    active_level_db,
    corrected_level,
    gain_to_speech_level,
    level_code,
    normalise_level,
)
from gan_audio_compression.signal.spec import SAMPLE_RATE, SPEECH_LEVEL_DB


def sine(amplitude: float, seconds: float = 1.0, frequency: float = 500.0) -> np.ndarray:
    t = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (amplitude * np.sin(2 * np.pi * frequency * t)).astype(np.float32)


@pytest.mark.parametrize(("amplitude", "level"), [(1.0, -3.01), (0.1, -23.01), (0.001, -63.01)])
def test_level_of_a_sine(amplitude: float, level: float) -> None:
    assert active_level_db(sine(amplitude)) == pytest.approx(level, abs=0.01)


def test_pauses_do_not_count() -> None:
    speech = sine(0.1)
    noise = 1e-4 * np.random.default_rng(0).standard_normal(3 * SAMPLE_RATE).astype(np.float32)
    assert active_level_db(np.concatenate([noise, speech, noise])) == pytest.approx(
        active_level_db(speech), abs=0.01
    )


def test_one_click_does_not_decide() -> None:
    speech = sine(0.1, seconds=4.0)
    clicked = speech.copy()
    clicked[5000] = 1.0
    assert active_level_db(clicked) == pytest.approx(active_level_db(speech), abs=1.0)


@pytest.mark.parametrize("level", np.arange(-100.0, 0.0, 0.37))
def test_code_is_right_to_a_quarter_of_a_decibel(level: float) -> None:
    gain_db = 20 * np.log10(gain_to_speech_level(level_code(level)))
    assert level + gain_db == pytest.approx(SPEECH_LEVEL_DB, abs=0.25 + 1e-9)


@pytest.mark.parametrize(("level", "code"), [(12.0, 0), (0.0, 0), (-26.0, 52), (-500.0, 255)])
def test_code_is_one_byte(level: float, code: int) -> None:
    assert level_code(level) == code


def test_normalised_speech_has_the_speech_level() -> None:
    for amplitude in (1.0, 0.05, 0.0007):
        normalised, _ = normalise_level(sine(amplitude))
        assert active_level_db(normalised) == pytest.approx(SPEECH_LEVEL_DB, abs=0.25 + 1e-3)


def test_the_code_undoes_the_gain() -> None:
    speech = sine(0.03)
    normalised, code = normalise_level(speech)
    np.testing.assert_allclose(normalised / gain_to_speech_level(code), speech, atol=1e-6)


def test_a_constant_offset_is_removed_before_measuring() -> None:
    plain, plain_code = normalise_level(sine(0.01))
    offset, code = normalise_level(sine(0.01) + np.float32(0.5))
    assert code == plain_code
    np.testing.assert_allclose(offset, plain, atol=1e-4)


@pytest.mark.parametrize("samples", [np.zeros(16_000), np.full(16_000, 0.25), np.array([0.7])])
def test_what_has_no_level_is_left_silent(samples: np.ndarray) -> None:
    normalised, code = normalise_level(samples.astype(np.float32))
    assert code == LOWEST_LEVEL_CODE
    assert normalised.shape == samples.shape
    assert not normalised.any()


def test_rounding_noise_is_not_raised() -> None:
    noise = np.float32(1e-8) * np.random.default_rng(0).standard_normal(16_000, dtype=np.float32)
    normalised, code = normalise_level(noise)
    assert code == LOWEST_LEVEL_CODE
    assert np.abs(normalised).max() < 1e-7


def test_no_samples_are_silence() -> None:
    nothing = np.zeros(0, dtype=np.float32)
    assert active_level_db(nothing) == -127.5
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        normalised, code = normalise_level(nothing)
    assert normalised.size == 0
    assert code == LOWEST_LEVEL_CODE


def direct_level_db(samples: np.ndarray) -> float:
    """The definition, from the samples themselves."""
    centred = samples.astype(np.float64) - samples.mean(dtype=np.float64)
    starts = range(0, len(centred), 320)
    power = np.array([np.sum(centred[start : start + 320] ** 2) / 320 for start in starts])
    return float(10 * np.log10(power[power > power.max() / 10**3.5].mean()))


def loud_and_soft(samples: int) -> np.ndarray:
    draw = np.random.default_rng(samples)
    loudness = np.repeat(10 ** draw.uniform(-3, -0.5, 1 + samples // 1000), 1000)[:samples]
    return (0.02 + loudness * draw.standard_normal(samples)).astype(np.float32)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 3000), min_size=1, max_size=8).filter(lambda sizes: sum(sizes) > 1))
def test_the_meter_is_right_however_the_samples_are_cut(sizes: list[int]) -> None:
    samples = loud_and_soft(sum(sizes))
    meter = LevelMeter()
    for block in np.split(samples, np.cumsum(sizes)):
        meter.add(block)
    assert meter.mean == pytest.approx(samples.mean(dtype=np.float64), abs=1e-12)
    assert meter.level_db == pytest.approx(direct_level_db(samples), abs=1e-6)
    assert meter.level.code == level_code(meter.level_db)


@pytest.mark.parametrize("block", [160, 320, 1000])
def test_a_meter_with_a_memory_forgets(block: int) -> None:
    loud, soft = sine(0.5, seconds=2.0) + np.float32(0.3), sine(0.01, seconds=2.0)
    meter = LevelMeter(memory_seconds=1.0)
    for signal in (loud, soft):
        for start in range(0, len(signal), block):
            meter.add(signal[start : start + block])
    assert meter.mean == pytest.approx(0.0, abs=1e-6)
    assert meter.level_db == pytest.approx(active_level_db(soft), abs=0.01)


def test_a_meter_without_samples_measures_silence() -> None:
    meter = LevelMeter()
    assert (meter.level, meter.level_db) == ((0.0, 1.0, LOWEST_LEVEL_CODE), -127.5)


@pytest.mark.parametrize("lost_db", [-3.0, 0.0, 2.0, 11.9])
def test_what_a_generator_loses_is_added_to_the_level(lost_db: float) -> None:
    log_mel = torch.randn(40, 128) - 4.0
    generated = log_mel - lost_db * math.log(10) / 20
    assert corrected_level(52, log_mel, generated) == 52 - round(2 * lost_db)


def test_the_level_of_silence_and_of_another_signal_is_left_alone() -> None:
    log_mel = torch.zeros(4, 128)
    assert corrected_level(LOWEST_LEVEL_CODE, log_mel, log_mel - 0.5) == LOWEST_LEVEL_CODE
    assert corrected_level(52, log_mel, log_mel - 2.0) == 52


def test_a_corrected_level_stays_within_a_byte_and_is_not_that_of_silence() -> None:
    log_mel = torch.zeros(4, 128)
    assert corrected_level(1, log_mel, log_mel - 0.5) == 0
    assert corrected_level(LOWEST_LEVEL_CODE - 1, log_mel, log_mel + 0.5) == LOWEST_LEVEL_CODE - 1


def test_an_hour_takes_little_memory() -> None:
    minute = sine(0.1, seconds=60.0)
    LevelMeter().add(minute)
    tracemalloc.start()
    try:
        meter = LevelMeter()
        for _ in range(60):
            meter.add(minute)
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        level = meter.level_db
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert level == pytest.approx(-23.01, abs=0.01)
    assert held < 4e6
    assert peak < 20e6


def test_a_meter_with_a_memory_stays_small() -> None:
    second = sine(0.1)
    meter = LevelMeter(memory_seconds=1.0)
    tracemalloc.start()
    try:
        for _ in range(600):
            meter.add(second)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 20_000
