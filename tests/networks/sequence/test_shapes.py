"""The shapes that files are checked by, against the modules that are trained."""

import pytest
from torch import nn

from gan_audio_compression.networks.sequence.config import MagnitudeConfig, SequenceConfig
from gan_audio_compression.networks.sequence.modules import (
    MagnitudeNetwork,
    SequenceEncoder,
    SequenceGenerator,
)
from gan_audio_compression.networks.sequence.shapes import (
    encoder_shapes,
    generator_shapes,
    magnitude_shapes,
)
from gan_audio_compression.networks.weights import Shapes

CONFIG = SequenceConfig(
    width=16, encoder_blocks=2, generator_blocks=3, latent_channels=5, prior_width=8
)
MAGNITUDE = MagnitudeConfig(width=8, blocks=2)


@pytest.mark.parametrize(
    ("network", "shapes"),
    [
        (SequenceEncoder(CONFIG), encoder_shapes(CONFIG)),
        (SequenceGenerator(CONFIG), generator_shapes(CONFIG)),
        (MagnitudeNetwork(MAGNITUDE), magnitude_shapes(MAGNITUDE)),
    ],
)
def test_they_are_those_of_the_modules(network: nn.Module, shapes: Shapes) -> None:
    assert {n: tuple(weight.shape) for n, weight in network.state_dict().items()} == shapes
