"""What a bit is worth."""

import pytest

from gan_audio_compression.codec.sequence.trade import Trade


def test_a_bit_is_worth_less_the_higher_the_quality() -> None:
    trade = Trade(0.5, 0.005)
    assert [trade.rd_lambda(q) for q in (0.0, 0.5, 1.0)] == pytest.approx([0.5, 0.05, 0.005])


@pytest.mark.parametrize("highest", [0.0, 0.5, 1.0])
def test_a_trade_that_is_upside_down_is_refused(highest: float) -> None:
    with pytest.raises(ValueError, match="worth more at the lowest quality"):
        Trade(lowest_quality=0.5, highest_quality=highest)
