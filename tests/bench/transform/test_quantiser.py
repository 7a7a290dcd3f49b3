"""Symbols and what they stand for."""

import numpy as np
import pytest

from gan_audio_compression.bench.transform.contexts import UNCODED
from gan_audio_compression.bench.transform.quantiser import dequantise, quantise


def symbols_of(values: list[float], step: float = 2.0) -> list[int]:
    classes = np.zeros(len(values), np.int32)
    return [int(symbol) for symbol in quantise(np.array(values), step, classes)]


def test_symmetric_with_a_dead_zone() -> None:
    values = np.linspace(-9, 9, 181)
    symbols = symbols_of(list(values))
    assert symbols == [-symbol for symbol in symbols_of(list(-values))]
    zeros = values[np.array(symbols) == 0]
    ones = values[np.array(symbols) == 1]
    assert np.ptp(zeros) > np.ptp(ones)


def test_the_far_is_clipped() -> None:
    assert symbols_of([1e9, -1e9]) == [127, -127]


def test_what_is_not_coded_is_zero() -> None:
    assert not quantise(np.array([50.0]), 1.0, np.array([UNCODED], np.int32)).any()


@pytest.mark.parametrize("step", [1.0, 7.3])
def test_values_lie_within_a_step_and_zero_stays_zero(step: float) -> None:
    values = np.linspace(-20, 20, 400)
    symbols = quantise(values, step, np.zeros(len(values), np.int32))
    decoded = dequantise(symbols, step)
    assert np.abs(decoded - values).max() < step
    assert not decoded[symbols == 0].any()
    np.testing.assert_array_equal(symbols, quantise(decoded, step, np.zeros(400, np.int32)))
