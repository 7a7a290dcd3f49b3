"""The magnitudes of a recording by a network: silence, chunks, the way there and back."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from gan_audio_compression.codec.sequence.magnitudes import (
    NetworkMagnitudes,
    compressed,
    expanded,
)
from gan_audio_compression.networks.layers import layers_of
from gan_audio_compression.networks.sequence.config import MagnitudeConfig
from gan_audio_compression.networks.sequence.modules import MagnitudeNetwork
from gan_audio_compression.networks.torch_weights import named_weights
from gan_audio_compression.networks.weights import weights_below
from gan_audio_compression.signal.magnitude import mel_to_magnitude

LogMel = NDArray[np.float64]


@pytest.fixture
def new_magnitudes() -> Callable[[], NetworkMagnitudes]:
    network = MagnitudeNetwork(MagnitudeConfig(width=8, blocks=1))
    layers = layers_of(weights_below(named_weights(new=network), "new"), np.float64)
    return lambda: NetworkMagnitudes(layers)


@pytest.fixture
def log_mel() -> LogMel:
    return -4 + 3 * np.sin(np.arange(128) / 9 + np.arange(40)[:, None] / 20)


def test_texture_is_around_the_magnitudes_of_the_pseudo_inverse(
    new_magnitudes: Callable[[], NetworkMagnitudes], log_mel: LogMel
) -> None:
    plain = mel_to_magnitude(log_mel)
    loud = plain > 0.1
    change = np.log(new_magnitudes()(log_mel)[loud] / plain[loud])
    assert abs(change.mean()) < 0.03
    # A fifth of the logarithm's deviation of a Rayleigh magnitude, 0.6.
    assert 0.08 < change.std() < 0.16


def test_silence_is_silence_and_nothing_beside_it_is_lost(
    new_magnitudes: Callable[[], NetworkMagnitudes], log_mel: LogMel
) -> None:
    quiet = log_mel.copy()
    quiet[10:20] = -math.inf
    magnitude = new_magnitudes()(quiet)
    assert not magnitude[10:20].any()
    assert np.isfinite(magnitude).all() and magnitude.min() >= 0
    assert magnitude[:10].any() and magnitude[20:].any()


def test_the_texture_goes_on_from_chunk_to_chunk(
    new_magnitudes: Callable[[], NetworkMagnitudes], log_mel: LogMel
) -> None:
    still = np.repeat(log_mel[:1], 40, axis=0)
    whole, parts = new_magnitudes()(still), new_magnitudes()
    # The network weighs nothing yet, so that no chunk hangs on the one before it.
    cut = np.concatenate([parts(still[:15]), parts(still[15:])])
    assert np.allclose(cut, whole)
    assert not np.allclose(cut[15:], cut[:25])


def test_magnitudes_come_back_from_their_logarithm() -> None:
    magnitude = np.array([0.0, 1e-4, 0.01, 1.0, 100.0])
    assert np.allclose(expanded(compressed(magnitude)), magnitude, atol=1e-12)
    assert expanded(np.array([-50.0])) == 0
