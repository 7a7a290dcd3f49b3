"""The distortion: known values, its weights, and frames that do not count."""

import pytest
import torch
from torch import Tensor

from gan_audio_compression.signal.distortion import distortion
from gan_audio_compression.signal.distortion_weights import DistortionWeights
from gan_audio_compression.signal.loudness import to_loudness
from gan_audio_compression.signal.pesq_disturbance import lost_pesq


@pytest.fixture
def speech() -> Tensor:
    return -8 * torch.rand(2, 40, 128, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def decoded(speech: Tensor) -> Tensor:
    draw = torch.Generator().manual_seed(1)
    return speech + 0.3 * torch.randn(speech.shape, generator=draw)


def test_speech_that_comes_back_is_not_distorted(speech: Tensor) -> None:
    lost = distortion(speech, to_loudness(speech), 0.1, DistortionWeights(1.0, 1.0))
    torch.testing.assert_close(lost.total, torch.zeros(2), atol=1e-4, rtol=0)


@pytest.mark.parametrize("weights", [DistortionWeights(0.0, 0.0), DistortionWeights(0.3, 2.0)])
def test_the_parts_add_up(speech: Tensor, decoded: Tensor, weights: DistortionWeights) -> None:
    lost = distortion(speech, to_loudness(decoded), 0.1, weights)
    error = (to_loudness(decoded) - to_loudness(speech)) / 0.1
    loud = error.square().mean((1, 2)) + error.abs().mean((1, 2))
    nepers, pesq = (decoded - speech).abs().mean((1, 2)), lost_pesq(speech, decoded)
    torch.testing.assert_close(lost.log_mel, nepers, rtol=1e-3, atol=0)
    torch.testing.assert_close(lost.disturbance, pesq, rtol=1e-3, atol=0)
    expected = loud + weights.log_mel * nepers + weights.disturbance * pesq
    torch.testing.assert_close(lost.total, expected, rtol=1e-3, atol=0)


def test_only_frames_under_the_mask_count(speech: Tensor, decoded: Tensor) -> None:
    mask = torch.ones(2, 40)
    mask[1, 25:] = 0.0
    whole, masked = (
        distortion(speech, to_loudness(decoded), 0.1, DistortionWeights(), counted).total
        for counted in (None, mask)
    )
    assert masked[0] == whole[0]
    cut = distortion(speech[1:, :25], to_loudness(decoded[1:, :25]), 0.1, DistortionWeights())
    assert float(masked[1]) == pytest.approx(float(cut.total), rel=1e-4)


@pytest.mark.parametrize("weights", [(-0.1, 0.0), (0.0, -0.1)])
def test_a_weight_below_zero_is_refused(weights: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="not negative"):
        DistortionWeights(*weights)
