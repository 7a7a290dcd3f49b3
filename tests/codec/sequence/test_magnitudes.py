"""The magnitudes of a recording by a network: silence, chunks, the way there and back."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from gan_audio_compression.codec.sequence.magnitudes import (
    NetworkMagnitudes,
    compressed,
    expanded,
)
from gan_audio_compression.networks.sequence.config import MagnitudeConfig
from gan_audio_compression.networks.sequence.magnitude import MagnitudeNetwork
from gan_audio_compression.signal.magnitude import mel_to_magnitude


@pytest.fixture
def new_magnitudes() -> Callable[[], NetworkMagnitudes]:
    network = MagnitudeNetwork(MagnitudeConfig(width=8, blocks=1)).double().requires_grad_(False)
    return lambda: NetworkMagnitudes(network)


@pytest.fixture
def log_mel() -> Tensor:
    frames = torch.arange(40, dtype=torch.float64)[:, None]
    return -4 + 3 * torch.sin(torch.arange(128) / 9 + frames / 20)


def test_texture_is_around_the_magnitudes_of_the_pseudo_inverse(
    new_magnitudes: Callable[[], NetworkMagnitudes], log_mel: Tensor
) -> None:
    change = (new_magnitudes()(log_mel) / mel_to_magnitude(log_mel).clamp_min(0.1)).log()
    loud = mel_to_magnitude(log_mel) > 0.1
    assert abs(change[loud].mean().item()) < 0.03
    # A fifth of the logarithm's deviation of a Rayleigh magnitude, 0.6.
    assert 0.08 < change[loud].std().item() < 0.16


def test_silence_is_silence_and_nothing_beside_it_is_lost(
    new_magnitudes: Callable[[], NetworkMagnitudes], log_mel: Tensor
) -> None:
    quiet = log_mel.clone()
    quiet[10:20] = -math.inf
    magnitude = new_magnitudes()(quiet)
    assert not magnitude[10:20].any()
    assert magnitude.isfinite().all() and magnitude.min() >= 0
    assert magnitude[:10].any() and magnitude[20:].any()


def test_the_texture_goes_on_from_chunk_to_chunk(
    new_magnitudes: Callable[[], NetworkMagnitudes], log_mel: Tensor
) -> None:
    still = log_mel[:1].expand(40, -1)
    whole, parts = new_magnitudes()(still), new_magnitudes()
    # The network weighs nothing yet, so that no chunk hangs on the one before it.
    cut = torch.cat([parts(still[:15]), parts(still[15:])])
    assert torch.allclose(cut, whole)
    assert not torch.allclose(cut[15:], cut[:25])


def test_magnitudes_come_back_from_their_logarithm() -> None:
    magnitude = torch.tensor([0.0, 1e-4, 0.01, 1.0, 100.0], dtype=torch.float64)
    assert torch.allclose(expanded(compressed(magnitude)), magnitude, atol=1e-12)
    assert expanded(torch.tensor([-50.0])).item() == 0
