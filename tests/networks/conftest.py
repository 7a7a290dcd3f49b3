"""Shapes of networks that the tests share."""

import pytest

from gan_audio_compression.networks.config import NetworkConfig, Norm


@pytest.fixture(params=["group", "none"])
def small(request: pytest.FixtureRequest) -> NetworkConfig:
    """A network for tests, with either norm."""
    norm: Norm = request.param
    return NetworkConfig(
        width=16,
        residual_blocks=1,
        norm=norm,
        discriminator_width=4,
        discriminator_scales=2,
        discriminator_layers=2,
    )
