"""The texture of noise: its level, that it goes on, that it is the same everywhere."""

import numpy as np
import pytest

from gan_audio_compression.signal.texture import Texture, texture_of, white_noise


def test_a_texture_is_around_zero_and_as_rough_as_gaussian_noise() -> None:
    draw = np.random.default_rng(0)
    uniform = texture_of(white_noise(draw.random(200_000)))
    gaussian = texture_of(draw.standard_normal(200_000))
    assert uniform.mean() == pytest.approx(0, abs=0.05)
    assert uniform.std() == pytest.approx(gaussian.std(), rel=0.01)
    # The edges, 0 and 8 kHz, are real numbers: their magnitudes are rougher.
    ours, theirs = (
        np.quantile(texture[:, 1:-1], [0.01, 0.1, 0.5, 0.9, 0.99])
        for texture in (uniform, gaussian)
    )
    assert ours == pytest.approx(theirs, abs=0.05)


def test_it_goes_on_however_it_is_cut() -> None:
    whole = Texture().frames(50)
    parts = Texture()
    assert np.array_equal(np.concatenate([parts.frames(n) for n in (1, 20, 0, 29)]), whole)


def test_it_is_the_same_on_every_machine() -> None:
    """Files decode to one sound: the draws are those of a stream that never changes."""
    known = np.array([0.5488135, 0.71518937, 0.60276338, 0.54488318])
    assert np.allclose(Texture()._past[:4], (known - 0.5) * 12**0.5, atol=1e-7)
    assert Texture().frames(3).dtype == np.float64
