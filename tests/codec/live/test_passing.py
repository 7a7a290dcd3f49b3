"""Networks that packets pass through compute what training computes of a whole crop at once."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from gan_audio_compression.codec.live.fitting import Fitting
from gan_audio_compression.codec.live.model import LiveModel
from gan_audio_compression.codec.live.packet_coder import PacketCoder
from gan_audio_compression.codec.live.packet_format import PacketFormat
from gan_audio_compression.codec.live.passing import Passing, no_pasts
from gan_audio_compression.networks.live.generator import generate
from gan_audio_compression.networks.live.modules import OverPackets
from gan_audio_compression.training.live.conditions import steady
from gan_audio_compression.training.live.networks import LiveNetworks


@pytest.mark.parametrize("packet", [1, 2, 3])
def test_the_generator(live_model: LiveModel, live_networks: LiveNetworks, packet: int) -> None:
    draw = torch.Generator().manual_seed(packet)
    latents = torch.randint(-5, 6, (1, 12, 8), generator=draw).float()
    lost = torch.tensor([[0.0, 1, 1, 0]]).repeat_interleave(3, 1)
    quality = torch.rand(1, 12 // packet, generator=draw).repeat_interleave(packet, 1)
    seen = torch.randint(2, (1, 12), generator=draw).float()
    padded, fineness = functional.pad(latents, (0, 0, 0, 1)), functional.pad(quality, (0, 1))
    at_once = live_networks.generator(padded, lost, seen, fineness, OverPackets(packet))[0]
    pasts = no_pasts(2, 24, np.float32)
    parts = []
    for start in range(0, 12, packet):
        own, longer = slice(start, start + packet), slice(start, start + packet + 1)
        passing = Passing(pasts)
        arrays = padded[:, longer], lost[:, own], seen[:, own], fineness[:, longer]
        sent, absent, next_seen, of_quality = (array.numpy() for array in arrays)
        parts.append(
            generate(live_model.generator, sent, absent, next_seen, of_quality, passing)[0]
        )
        pasts = [past[0] for past in passing.pasts]
    np.testing.assert_allclose(np.concatenate(parts), at_once.detach(), atol=1e-5)


@pytest.mark.parametrize(("packet", "ahead"), [(1, 0), (2, 5), (3, 2)])
def test_the_encoder(
    live_model: LiveModel, live_networks: LiveNetworks, packet: int, ahead: int
) -> None:
    loudness = np.random.default_rng(packet).random((5 * 12, 128)).astype(np.float32)
    conditions = steady(1, 12, packet, ahead, 0.0)
    whole = torch.from_numpy(loudness)[None]
    at_once = live_networks.latents(whole, conditions)[0].numpy()
    coder = PacketCoder(live_model.prior, PacketFormat())
    pasts = no_pasts(2, 24, np.float32)
    nothing = np.zeros((0, 8), np.int64)
    for start in range(0, 12 - packet, packet):
        seen = loudness[5 * start : 5 * (start + packet) + ahead]
        [trial] = Fitting(live_model, coder, seen, packet, 0, nothing, pasts).trials([0])
        np.testing.assert_allclose(trial.latents, at_once[start : start + packet], atol=2e-4)
        pasts = trial.pasts
