"""The texture of noise: its level, that it goes on, that it is the same everywhere."""

import numpy as np
import pytest
import torch

from gan_audio_compression.signal.texture import Texture, texture_of, white_noise


def test_a_texture_is_around_zero_and_as_rough_as_gaussian_noise() -> None:
    uniform = texture_of(white_noise(torch.rand(200_000, generator=torch.manual_seed(0))))
    gaussian = texture_of(torch.randn(200_000, generator=torch.manual_seed(1)))
    assert uniform.mean().item() == pytest.approx(0, abs=0.05)
    assert uniform.std().item() == pytest.approx(gaussian.std().item(), rel=0.01)
    levels = torch.tensor([0.01, 0.1, 0.5, 0.9, 0.99])
    # The edges, 0 and 8 kHz, are real numbers: their magnitudes are rougher.
    ours, theirs = (t[:, 1:-1].flatten()[:100_000].quantile(levels) for t in (uniform, gaussian))
    assert torch.allclose(ours, theirs, atol=0.05)


def test_it_goes_on_however_it_is_cut() -> None:
    whole = Texture().frames(50)
    parts = Texture()
    assert torch.equal(torch.cat([parts.frames(n) for n in (1, 20, 0, 29)]), whole)


def test_it_is_the_same_on_every_machine() -> None:
    """Files decode to one sound: the draws are those of a stream that never changes."""
    known = np.array([0.5488135, 0.71518937, 0.60276338, 0.54488318])
    assert np.allclose(Texture()._past[:4], (known - 0.5) * 12**0.5, atol=1e-7)
    assert Texture().frames(3).dtype == torch.float64
