"""What lies below speech is taken away, and nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_audio_compression.signal.high_pass import high_passed
from gan_audio_compression.signal.spec import SAMPLE_RATE


def tone(hertz: float, phase: float = 0.0) -> np.ndarray:
    time = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    return np.sin(2 * np.pi * hertz * time + phase).astype(np.float32)


def filtered(signal: np.ndarray) -> np.ndarray:
    return np.concatenate([*high_passed([signal])])


def change_db(hertz: float) -> float:
    settled = slice(SAMPLE_RATE, None)
    before, after = tone(hertz)[settled], filtered(tone(hertz))[settled]
    return float(20 * np.log10(after.std() / before.std()))


@pytest.mark.parametrize(
    ("hertz", "most_db"), [(2.0, -45.0), (15.0, -50.0), (20.0, -48.0), (30.0, -48.0)]
)
def test_rumble_goes(hertz: float, most_db: float) -> None:
    assert change_db(hertz) < most_db


@pytest.mark.parametrize("phase", [0.0, 0.8, 1.6, 2.4])
@pytest.mark.parametrize("hertz", [8.0, 15.0, 20.0, 30.0])
def test_rumble_that_a_recording_begins_in_goes_at_once(hertz: float, phase: float) -> None:
    beginning = filtered(tone(hertz, phase))[: SAMPLE_RATE // 5]
    assert np.abs(beginning).max() < 0.05


def test_speech_after_an_abrupt_beginning_is_what_it_is_after_silence() -> None:
    speech = np.random.default_rng(0).standard_normal(SAMPLE_RATE).astype(np.float32)
    after_silence = filtered(np.pad(speech, (SAMPLE_RATE, 0)))[SAMPLE_RATE:]
    change = filtered(speech) - after_silence
    assert np.square(change).mean() < 1e-3 * np.square(speech).mean()


@pytest.mark.parametrize("hertz", [60.0, 100.0, 1000.0, 7000.0])
def test_speech_stays(hertz: float) -> None:
    assert change_db(hertz) == pytest.approx(0.0, abs=0.1)


@pytest.mark.parametrize("samples", [1, 30, 500, SAMPLE_RATE])
def test_a_constant_offset_leaves_nothing_behind(samples: int) -> None:
    assert np.abs(filtered(np.full(samples, 0.7, np.float32))).max() < 1e-6


@pytest.mark.parametrize("samples", [200, 800])
def test_a_short_clip_keeps_its_sound(samples: int) -> None:
    clip = tone(400.0)[:samples]
    assert filtered(clip).std() == pytest.approx(clip.std(), rel=0.05)


def test_an_offset_that_jumps_is_gone_after_a_moment() -> None:
    step = np.repeat(np.array([0.0, 0.3], np.float32), SAMPLE_RATE)
    assert np.abs(filtered(step)[SAMPLE_RATE + SAMPLE_RATE // 4 :]).max() < 2e-3


@settings(max_examples=20)
@given(st.lists(st.integers(0, 900), min_size=1, max_size=6))
def test_the_cut_into_blocks_changes_nothing(sizes: list[int]) -> None:
    signal = np.random.default_rng(0).standard_normal(sum(sizes)).astype(np.float32)
    cut = [signal[:0], *high_passed(np.split(signal, np.cumsum(sizes)))]
    whole = [signal[:0], *high_passed([signal])]
    np.testing.assert_array_equal(np.concatenate(cut), np.concatenate(whole))
