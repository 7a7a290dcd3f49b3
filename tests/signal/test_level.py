"""The level of an utterance: what counts, what the byte carries, what silence does."""

import tracemalloc
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_audio_compression.signal.level import (
    LOWEST_LEVEL_CODE,
    PowerMeter,
    active_level,
    active_level_db,
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


@settings(max_examples=50)
@given(st.lists(st.integers(0, 3000), min_size=1, max_size=8).filter(lambda sizes: sum(sizes) > 1))
def test_the_meter_is_right_however_the_samples_are_cut(sizes: list[int]) -> None:
    samples = loud_and_soft(sum(sizes))
    samples -= samples.mean(dtype=np.float64)
    meter = PowerMeter()
    for block in np.split(samples, np.cumsum(sizes)):
        meter.add(block)
    assert len(meter.powers) == -(-len(samples) // 320)
    assert active_level(meter.powers) == pytest.approx(direct_level_db(samples), abs=1e-6)


@pytest.mark.parametrize("block", [160, 320, 1000])
def test_a_meter_with_a_memory_forgets(block: int) -> None:
    loud, soft = sine(0.5, seconds=2.0), sine(0.01, seconds=2.0)
    meter = PowerMeter(memory_seconds=1.0)
    for signal in (loud, soft):
        for start in range(0, len(signal), block):
            meter.add(signal[start : start + block])
    assert meter.forgotten == 150
    assert active_level(meter.powers) == pytest.approx(active_level_db(soft), abs=0.01)


def test_a_meter_without_samples_measures_silence() -> None:
    assert active_level(PowerMeter().powers) == -127.5


def test_an_hour_takes_little_memory() -> None:
    minute = sine(0.1, seconds=60.0)
    PowerMeter().add(minute)
    tracemalloc.start()
    try:
        meter = PowerMeter()
        for _ in range(60):
            meter.add(minute)
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        level = active_level(meter.powers)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert level == pytest.approx(-23.01, abs=0.01)
    assert held < 4e6
    assert peak < 20e6


def test_a_meter_with_a_memory_stays_small() -> None:
    second = sine(0.1)
    meter = PowerMeter(memory_seconds=1.0)
    tracemalloc.start()
    try:
        for _ in range(600):
            meter.add(second)
        # Other threads of the tests hold memory too.
        here = tracemalloc.Filter(True, "*/signal/level.py")
        traces = tracemalloc.take_snapshot().filter_traces([here]).traces
    finally:
        tracemalloc.stop()
    assert 0 < sum(trace.size for trace in traces) < 20_000
