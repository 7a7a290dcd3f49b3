"""A receiver keeps the pace of its sender, whatever the line delays."""

import numpy as np
import pytest

from gan_audio_compression.codec.live.sender_clock import SenderClock

SECONDS, WAIT = 0.08, 0.1


@pytest.mark.parametrize("parts_per_million", [-200, 0, 200])
def test_it_keeps_the_pace_of_the_sender_for_an_hour(parts_per_million: float) -> None:
    clock = SenderClock(SECONDS, WAIT)
    delays = np.random.default_rng(0).exponential(0.01, 45_000).clip(max=0.06)
    pace = 1 + parts_per_million / 1e6
    for place, delay in enumerate(delays):
        sent = 1000 + pace * SECONDS * place
        clock.came(place, sent + delay)
        assert clock.due(place) - sent == pytest.approx(WAIT + delays[0], abs=0.015)


def test_pauses_do_not_disturb_it() -> None:
    clock = SenderClock(SECONDS, WAIT)
    for place in range(0, 45_000, 7):
        clock.came(place, SECONDS * place)
        assert clock.due(place + 1) == pytest.approx(WAIT + SECONDS * (place + 1))


def test_a_line_that_suddenly_delays_more_does_not_stop_the_sound() -> None:
    clock = SenderClock(SECONDS, WAIT)
    for place in range(1000):
        clock.came(place, SECONDS * place + (0.05 if place > 500 else 0))
    assert clock.due(1000) == pytest.approx(SECONDS * 1000 + WAIT, abs=0.021)


def test_nothing_is_due_before_the_first() -> None:
    clock = SenderClock(SECONDS, WAIT)
    assert not clock.started
    with pytest.raises(ValueError, match="no packet has come"):
        clock.due(0)
