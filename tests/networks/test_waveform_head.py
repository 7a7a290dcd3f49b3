"""The waveform head: its shapes, what it starts from, and what a wrong shape says."""

import pytest
import torch

from gan_audio_compression.networks.head_config import HeadConfig
from gan_audio_compression.networks.waveform_head import WaveformHead

CONFIG = HeadConfig(width=8, blocks=2)


def test_loudness_becomes_a_factor_and_a_phase_of_each_bin() -> None:
    log_factor, phase = WaveformHead(CONFIG)(torch.rand(3, 20, 128), torch.rand(3))
    assert log_factor.shape == phase.shape == (3, 20, 257)


def test_the_untrained_head_hardly_changes_the_magnitude() -> None:
    log_factor, phase = WaveformHead(HeadConfig())(torch.rand(2, 30, 128), torch.rand(2))
    assert log_factor.std() < 0.15 * phase.std()
    assert log_factor.abs().max() < 0.5


def test_utterances_of_a_batch_share_nothing() -> None:
    head = WaveformHead(CONFIG)
    loudness, quality = torch.rand(2, 16, 128), torch.tensor([0.2, 0.9])
    together = head(loudness, quality)
    alone = head(loudness[1:], quality[1:])
    for of_all, of_one in zip(together, alone, strict=True):
        torch.testing.assert_close(of_all[1:], of_one)


def test_the_quality_matters_and_every_weight_learns() -> None:
    head = WaveformHead(CONFIG)
    with torch.no_grad():
        for name, weight in head.named_parameters():
            if name.endswith("modulation.weight"):
                weight.normal_()
    loudness = torch.rand(1, 8, 128)
    low, high = (head(loudness, torch.tensor([q]))[1] for q in (0.1, 0.9))
    assert not torch.allclose(low, high)
    sum(out.square().sum() for out in head(loudness, torch.rand(1))).backward()
    assert all(weight.grad is not None for weight in head.parameters())


@pytest.mark.parametrize(
    "changes", [{"width": 0}, {"width": 8.0}, {"width": 4097}, {"blocks": 0}, {"blocks": 65}]
)
def test_a_shape_out_of_range_is_refused(changes: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(changes))):
        HeadConfig(**changes)
