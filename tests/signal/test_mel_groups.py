"""Products in groups of bands are those with all filters."""

import numpy as np

from gan_audio_compression.signal.analysis import mel_filters
from gan_audio_compression.signal.mel_groups import gradient_by_magnitude, mel_of
from gan_audio_compression.signal.spec import BINS, MEL_BANDS


def test_the_bands_are_those_of_all_filters() -> None:
    magnitude = np.random.default_rng(0).random((5, BINS))
    np.testing.assert_allclose(mel_of(magnitude), magnitude @ mel_filters(), rtol=1e-12)


def test_the_gradient_goes_back_through_all_filters() -> None:
    gradient = np.random.default_rng(1).standard_normal((5, MEL_BANDS))
    np.testing.assert_allclose(
        gradient_by_magnitude(gradient), gradient @ mel_filters().T, rtol=1e-12, atol=1e-12
    )
