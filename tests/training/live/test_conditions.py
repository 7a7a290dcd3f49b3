"""What a step of the live codec's training draws."""

import pytest
import torch

from gan_audio_compression.training.live.conditions import drawn, steady
from gan_audio_compression.training.live.config import LiveTrainingConfig, LossConfig


def test_packets_are_lost_as_often_as_is_said() -> None:
    draws = torch.Generator().manual_seed(0)
    loss = LossConfig(crops=1.0, most=0.4, longest=3.0)
    shares = [drawn(64, 36, loss, draws).lost.mean().item() for _ in range(40)]
    assert sum(shares) / len(shares) == pytest.approx(0.2, abs=0.03)


def test_a_lost_packet_is_lost_as_a_whole_and_keeps_the_quality_before() -> None:
    draws = torch.Generator().manual_seed(1)
    for _ in range(20):
        conditions = drawn(8, 12, LossConfig(crops=1.0, most=0.5), draws)
        lost = conditions.lost.unflatten(1, (-1, conditions.packet))
        assert (lost == lost[..., :1]).all()
        came = conditions.lost == 0
        assert torch.equal(conditions.known[came], conditions.quality[came])
        for row in range(8):
            for place in range(1, 12):
                if not came[row, place]:
                    assert conditions.known[row, place] == conditions.known[row, place - 1]


def test_steady_conditions_lose_what_is_said() -> None:
    assert not steady(2, 6, packet=2, ahead=5, quality=0.5).lost.any()
    lost = steady(2, 8, packet=2, ahead=5, quality=0.5, lost=3).lost
    assert lost.tolist() == [[0, 0, 0, 0, 1, 1, 0, 0]] * 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"frames": 100}, "frames is 100; give a multiple of 30"),
        ({"ema": 1.0}, "ema is 1.0"),
        ({"level": -1.0}, "level is -1.0"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LiveTrainingConfig(**changes)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="longest is at least 1"):
        LossConfig(longest=0.5)
