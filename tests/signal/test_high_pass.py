"""What lies below speech is taken away, and nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_audio_compression.signal.high_pass import HighPass
from gan_audio_compression.signal.spec import SAMPLE_RATE


def tone(hertz: float) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE).astype(np.float32)


def change_db(hertz: float) -> float:
    filtered = HighPass().feed(tone(hertz))[SAMPLE_RATE:]
    return float(20 * np.log10(filtered.std() / tone(hertz)[SAMPLE_RATE:].std()))


@pytest.mark.parametrize(
    ("hertz", "most_db"), [(2.0, -45.0), (15.0, -50.0), (20.0, -48.0), (30.0, -48.0)]
)
def test_rumble_goes(hertz: float, most_db: float) -> None:
    assert change_db(hertz) < most_db


@pytest.mark.parametrize("hertz", [60.0, 100.0, 1000.0, 7000.0])
def test_speech_stays(hertz: float) -> None:
    assert change_db(hertz) == pytest.approx(0.0, abs=0.1)


def test_a_constant_offset_leaves_nothing_behind() -> None:
    assert np.abs(HighPass().feed(np.full(SAMPLE_RATE, 0.7, np.float32))).max() < 1e-6


def test_an_offset_that_jumps_is_gone_after_a_moment() -> None:
    step = np.repeat(np.array([0.0, 0.3], np.float32), SAMPLE_RATE)
    assert np.abs(HighPass().feed(step)[SAMPLE_RATE + SAMPLE_RATE // 4 :]).max() < 2e-3


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 500), min_size=1, max_size=6))
def test_the_cut_into_blocks_changes_nothing(sizes: list[int]) -> None:
    signal = np.random.default_rng(0).standard_normal(sum(sizes)).astype(np.float32)
    blocks, whole = HighPass(), HighPass()
    parts = [blocks.feed(part) for part in np.split(signal, np.cumsum(sizes))]
    np.testing.assert_array_equal(np.concatenate(parts), whole.feed(signal))
