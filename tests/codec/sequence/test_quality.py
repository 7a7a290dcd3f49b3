"""The quality of a chunk in each of its forms."""

import pytest

from gan_audio_compression.codec.sequence.quality import QUALITIES, Quality
from gan_audio_compression.entropy.integer_prior import ONE


@pytest.mark.parametrize(
    ("index", "share", "fixed_point"), [(0, 0.0, 0), (51, 0.2, 819), (255, 1.0, ONE)]
)
def test_known_values(index: int, share: float, fixed_point: int) -> None:
    assert Quality(index).share == pytest.approx(share)
    assert Quality(index).fixed_point == fixed_point


def test_the_networks_see_what_the_integer_prior_sees() -> None:
    seen = [Quality(index).conditioning for index in range(QUALITIES)]
    assert [ONE * value for value in seen] == [Quality(i).fixed_point for i in range(QUALITIES)]
    assert seen == sorted(set(seen))
