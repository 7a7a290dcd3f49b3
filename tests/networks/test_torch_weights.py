"""Weights of modules, as arrays and back: what fits, and what is refused."""

from functools import partial

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gan_audio_compression.networks.errors import DamagedModelError
from gan_audio_compression.networks.segment.config import FrameConfig, ImageConfig, SegmentConfig
from gan_audio_compression.networks.segment.networks import new_encoder, new_generator
from gan_audio_compression.networks.torch_weights import named_weights, open_network
from gan_audio_compression.networks.weights import Weights, weights_below

CONFIG = FrameConfig(width=16, encoder_blocks=1, generator_blocks=1)


def weights_of(config: SegmentConfig) -> Weights:
    return weights_below(named_weights(encoder=new_encoder(config)), "encoder")


@pytest.mark.parametrize("config", [CONFIG, ImageConfig(width=16)])
def test_round_trip(config: SegmentConfig) -> None:
    encoder, generator = new_encoder(config), new_generator(config)
    encoder.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    weights = named_weights(encoder=encoder, generator=generator)
    other = open_network(partial(new_encoder, config), weights_below(weights, "encoder"))
    for ours, theirs in zip(encoder.parameters(), other.parameters(), strict=True):
        assert torch.equal(ours, theirs)
    assert weights_below(weights, "generator").keys() == generator.state_dict().keys()


def test_a_prefix_is_a_whole_name() -> None:
    weights = {"encoder.weight": np.ones(1), "encoder_average.weight": np.zeros(1)}
    assert list(weights_below(weights, "encoder")) == ["weight"]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"layers.place": None}, "layers.place is missing"),
        ({"layers.norm.weight": np.ones(1)}, "layers.norm.weight is none of the network's"),
        ({"layers.in_proj.bias": np.zeros(15, np.float32)}, r"is float32 \[15\], not"),
        ({"layers.in_proj.bias": np.zeros(16, np.int32)}, r"is int32 \[16\], not"),
        ({"layers.in_proj.bias": np.full(16, np.nan, np.float32)}, "is not finite"),
        ({"layers.in_proj.bias": np.full(16, np.inf, np.float32)}, "is not finite"),
    ],
)
def test_weights_that_do_not_fit_are_refused(
    changes: dict[str, NDArray[np.float32] | None], fault: str
) -> None:
    changed = dict(weights_of(CONFIG)) | changes
    weights = {name: weight for name, weight in changed.items() if weight is not None}
    with pytest.raises(DamagedModelError, match=fault):
        open_network(partial(new_encoder, CONFIG), weights)


def test_a_network_takes_over_its_weights() -> None:
    weights = weights_of(CONFIG)
    network = open_network(partial(new_encoder, CONFIG), weights)
    for name, weight in network.state_dict().items():
        assert np.shares_memory(weight.numpy(), weights[name])


@pytest.mark.parametrize(
    "largest",
    [
        ImageConfig(width=1024, latent_channels=256, residual_blocks=64),
        FrameConfig(width=4096, generator_blocks=64, values=2048),
    ],
    ids=str,
)
def test_the_largest_network_that_a_file_can_ask_for_takes_no_memory(
    largest: SegmentConfig,
) -> None:
    with pytest.raises(DamagedModelError, match="is missing"):
        open_network(partial(new_generator, largest), {})
