"""Shapes of networks that the tests share."""

import pytest

from gan_audio_compression.networks.segment.config import ImageConfig, Norm


@pytest.fixture(params=["group", "none"])
def images(request: pytest.FixtureRequest) -> ImageConfig:
    """Networks of images for tests, with either norm."""
    norm: Norm = request.param
    return ImageConfig(width=16, residual_blocks=1, norm=norm)
