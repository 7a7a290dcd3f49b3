"""Recordings side by side: delays, lengths and gains that are known, pieces and their means."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gan_audio_compression.evaluation import recordings
from gan_audio_compression.evaluation.recordings import (
    Pair,
    measure_delay,
    pieces_of,
    score_pieces,
    side_by_side,
)

RATE = 16_000
Wave = NDArray[np.float32]


def silence(seconds: float) -> Wave:
    return np.zeros(round(seconds * RATE), np.float32)


@pytest.mark.parametrize("seconds", [-1.9, -0.1, 0.1, 1.9])
def test_a_delay_of_up_to_two_seconds_is_found_and_undone(sentence: Wave, seconds: float) -> None:
    late = round(seconds * RATE)
    wave = np.concatenate([sentence, sentence[::-1]])
    degraded = np.concatenate([silence(max(0, seconds)), wave[max(0, -late) :]])
    delay = measure_delay(wave, degraded)
    assert delay == pytest.approx(late, abs=8)
    pair = side_by_side(wave, degraded, late)
    assert pair.start == pytest.approx(max(0, -seconds))
    np.testing.assert_array_equal(pair.reference, pair.degraded)
    assert pair.seconds == pytest.approx(len(wave) / RATE - max(0, -seconds))


@pytest.mark.parametrize("late", [-15, 1, 15])
def test_less_than_a_millisecond_is_no_delay(sentence: Wave, late: int) -> None:
    degraded = np.concatenate([np.zeros(max(0, late), np.float32), sentence[max(0, -late) :]])
    assert measure_delay(sentence, degraded) == 0


def test_the_delay_is_looked_for_where_there_is_speech(sentence: Wave) -> None:
    hiss = np.random.default_rng(0).normal(0, 1e-5, 40 * RATE).astype(np.float32)
    other = np.random.default_rng(1).normal(0, 1e-5, 40 * RATE).astype(np.float32)
    reference = np.concatenate([hiss, sentence])
    degraded = np.concatenate([silence(0.5), other, sentence])
    assert measure_delay(reference, degraded) == pytest.approx(RATE // 2, abs=8)


def test_what_is_unlike_has_no_delay(sentence: Wave) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, len(sentence)).astype(np.float32)
    assert measure_delay(sentence, noise) is None


@pytest.mark.parametrize("gain_db", [-20.0, 0.0, 6.0])
def test_the_gain_is_that_of_the_speech(sentence: Wave, gain_db: float) -> None:
    degraded = sentence * np.float32(10 ** (gain_db / 20))
    assert Pair(0, sentence, degraded).gain_db == pytest.approx(gain_db, abs=0.01)


def test_silence_has_no_gain(sentence: Wave) -> None:
    assert Pair(0, sentence, np.zeros_like(sentence)).gain_db is None
    assert Pair(0, np.zeros_like(sentence), sentence).gain_db is None


@pytest.mark.parametrize(("seconds", "count"), [(0.1, 1), (20, 1), (20.001, 2), (61, 4)])
def test_pieces_are_of_one_length_and_hold_all(
    make_speech: Callable[[int, int], Wave], seconds: float, count: int
) -> None:
    wave = make_speech(round(seconds * RATE), 0)
    pieces = pieces_of(Pair(1.0, wave, -wave))
    assert len(pieces) == count
    assert max(len(piece.reference) for piece in pieces) <= 20 * RATE
    assert np.ptp([len(piece.reference) for piece in pieces]) <= 1
    np.testing.assert_array_equal(np.concatenate([piece.reference for piece in pieces]), wave)
    np.testing.assert_array_equal(np.concatenate([piece.degraded for piece in pieces]), -wave)
    assert [piece.start for piece in pieces] == pytest.approx(
        [1 + seconds * k / count for k in range(count)], abs=1e-3
    )


def test_a_pause_is_no_piece(make_speech: Callable[[int, int], Wave]) -> None:
    speech = make_speech(20 * RATE, 0)
    wave = np.concatenate([speech, 0.005 * speech, silence(20), 0.05 * speech])
    assert [piece.start for piece in pieces_of(Pair(0, wave, wave))] == [0, 60]


def test_a_silent_recording_is_still_there_to_be_refused() -> None:
    assert len(pieces_of(Pair(0, silence(30), silence(30)))) == 2


@pytest.fixture
def scores(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the pieces will score, in their order."""
    given: list[dict[str, Any]] = []
    monkeypatch.setattr(recordings, "score_utterance", lambda *waves: given.pop(0))
    return given


def pieces(count: int) -> list[Pair]:
    return [Pair(10.0 * k, silence(10), silence(10)) for k in range(count)]


def test_a_figure_is_the_mean_over_the_pieces(scores: list[dict[str, Any]]) -> None:
    scores += [{"a": 1.0, "b": 2.0, "reason": None}, {"a": 2.0, "b": 4.0, "reason": None}]
    assert score_pieces(pieces(2)) == ({"a": 1.5, "b": 3.0}, [])


def test_what_a_piece_lacks_is_told_with_its_place(scores: list[dict[str, Any]]) -> None:
    scores += [
        {"a": 1.0, "b": math.nan, "reason": "Too weak."},
        {"a": 3.0, "b": 4.0, "reason": None},
    ]
    assert score_pieces(pieces(2)) == ({"a": 2.0, "b": 4.0}, ["From 0.0 to 10.0 s: Too weak."])


def test_what_all_pieces_lack_is_told_once(scores: list[dict[str, Any]]) -> None:
    scores += 3 * [{"a": math.nan, "reason": "Not installed."}]
    means, reasons = score_pieces(pieces(3))
    assert math.isnan(means["a"])
    assert reasons == ["Not installed."]


def test_speech_that_was_lost_for_a_whole_piece_does_not_go_unsaid(
    make_speech: Callable[[int, int], Wave],
) -> None:
    speech = make_speech(24 * RATE, 0)
    degraded = speech.copy()
    degraded[12 * RATE :] = 0
    means, reasons = score_pieces(pieces_of(Pair(0, speech, degraded)))
    assert means["pesq_raw"] == pytest.approx(4.5, abs=0.01)
    assert [reason[:50] for reason in reasons] == [
        "From 12.0 to 24.0 s: The decoded wave is silent: i"
    ]
