"""Moments that are louder than speech get a level of their own, and nothing else does."""

import math

import numpy as np

from gan_audio_compression.signal.level_limit import LOUDEST, limit_levels

NEPERS_A_CODE = 0.5 * math.log(10) / 20
# The loudest band of speech of level code 52, -26 dB.
SPEECH = np.full(100, 0.0)


def test_speech_keeps_its_level() -> None:
    codes = np.full(100, 52)
    assert limit_levels(codes, SPEECH, 8).tolist() == codes.tolist()


def test_a_loud_moment_has_the_level_that_brings_it_down_to_speech() -> None:
    loudest = SPEECH.copy()
    loudest[40:46] = [1.0, 2.0, 2.5, 2.2, 1.5, 1.0]
    limited = limit_levels(np.full(100, 52), loudest, 8)
    assert set(np.delete(limited, slice(40, 46))) == {52}
    (level,) = set(limited[40:46])
    highest = 2.5 + NEPERS_A_CODE * (level - 52)
    assert LOUDEST - NEPERS_A_CODE < highest <= LOUDEST


def test_moments_that_are_near_have_one_level_with_what_is_between() -> None:
    loudest = SPEECH.copy()
    loudest[[20, 28, 60]] = 2.0, 3.0, 2.0
    near, far = (limit_levels(np.full(100, 52), loudest, gap) for gap in (8, 4))
    assert len(set(near[20:29])) == 1
    assert near[20] < near[60] < 52
    assert far[24] == 52
    assert far[20] > far[28]


def test_a_quiet_talker_is_limited_by_their_own_level() -> None:
    codes = np.repeat([52, 112], 50)
    loudest = np.repeat([0.0, 0.0 - 30 * math.log(10) / 20], 50)
    loudest[80] = 0.0
    limited = limit_levels(codes, loudest, 8)
    assert limited[:80].tolist() == codes[:80].tolist()
    assert 60 < limited[80] < 70


def test_no_level_is_above_full_scale() -> None:
    assert limit_levels(np.full(3, 52), np.full(3, 9.0), 8).tolist() == [0, 0, 0]
