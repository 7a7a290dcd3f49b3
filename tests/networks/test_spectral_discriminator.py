"""The discriminator of waves."""

import torch

from gan_audio_compression.networks.spectral_discriminator import SpectralDiscriminator


def test_each_resolution_gives_features_and_verdicts() -> None:
    outputs = SpectralDiscriminator(width=4, layers=2, scales=3)(torch.randn(2, 8000))
    assert [len(features) for features in outputs] == [4, 4, 4]
    heights = [features[0].shape[2] for features in outputs]
    assert heights[0] < heights[1] < heights[2]
    assert all(features[-1].shape[:2] == (2, 1) for features in outputs)


def test_silence_has_finite_gradients() -> None:
    wave = torch.zeros(1, 4000, requires_grad=True)
    outputs = SpectralDiscriminator(width=4, layers=1, scales=2)(wave)
    sum(features[-1].sum() for features in outputs).backward()
    assert wave.grad is not None
    assert wave.grad.isfinite().all()


def test_a_shift_of_the_phase_is_not_judged() -> None:
    judge = SpectralDiscriminator(width=4, layers=1, scales=1)
    wave = torch.randn(1, 4000)
    torch.testing.assert_close(judge(wave)[0][-1], judge(-wave)[0][-1])
