"""What the tests of the search share."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from gan_audio_compression.codec.search.config import SearchConfig

MakeLogMel = Callable[[int, int], Tensor]
CONFIGS = {
    "encoder_only": SearchConfig("encoder_only"),
    "back_propagation": SearchConfig("back_propagation", iterations=6, step=20.0),
    "admm": SearchConfig("admm", iterations=10, step=0.05, mu=1e-4, mu_growth=1.3, inner_steps=2),
    "annealing": SearchConfig("annealing", iterations=16, step=0.05),
    "refinement": SearchConfig("refinement", iterations=8),
}


@pytest.fixture(scope="session")
def configs() -> dict[str, SearchConfig]:
    """A short search of each strategy that finds something with the codec of random weights."""
    return CONFIGS


@pytest.fixture(params=CONFIGS)
def config(request: pytest.FixtureRequest) -> SearchConfig:
    """Each of them in turn."""
    return CONFIGS[request.param]


@pytest.fixture(scope="session")
def make_log_mel() -> MakeLogMel:
    """Give a log mel [frames, 128] for a number of frames and a seed."""
    return noise


@pytest.fixture(scope="session")
def log_mel() -> Tensor:
    """One whole segment, and 40 frames that need 3 of the 8 columns of the next."""
    return noise(128 + 40, 1)


def noise(frames: int, seed: int) -> Tensor:
    draw = torch.Generator().manual_seed(seed)
    envelope = torch.rand(frames, 1, generator=draw)
    return -10.0 * envelope * torch.rand(frames, 128, generator=draw)
