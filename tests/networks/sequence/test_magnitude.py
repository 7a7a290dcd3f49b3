"""The receiver's last network: where it starts."""

import torch

from gan_audio_compression.networks.sequence.config import MagnitudeConfig
from gan_audio_compression.networks.sequence.modules import MagnitudeNetwork


def test_a_new_network_corrects_nothing_and_adds_a_little_texture() -> None:
    correction, share = MagnitudeNetwork(MagnitudeConfig(width=8, blocks=2))(-torch.rand(2, 9, 128))
    assert correction.shape == share.shape == (2, 9, 257)
    assert not correction.any()
    assert torch.allclose(share, torch.tensor(0.2))
