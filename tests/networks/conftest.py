"""Shapes of networks that the tests share."""

import pytest

from gan_audio_compression.networks.segment.config import Norm, SegmentConfig


@pytest.fixture(params=["group", "none"])
def small(request: pytest.FixtureRequest) -> SegmentConfig:
    """A network for tests, with either norm."""
    norm: Norm = request.param
    return SegmentConfig(
        width=16,
        residual_blocks=1,
        norm=norm,
        discriminator_width=4,
        discriminator_scales=2,
        discriminator_layers=2,
    )
