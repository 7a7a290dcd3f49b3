"""The way back from the log mel without a network."""

from collections.abc import Iterator

import numpy as np
import pytest

from gan_audio_compression.signal import magnitude
from gan_audio_compression.signal.analysis import mel_filters

SPECTRUM = np.random.default_rng(0).uniform(0.5, 1.5, (4, 257))


@pytest.fixture
def rounded_otherwise(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The filters as the linear algebra of another machine or release sees them."""
    filters = mel_filters().astype(np.float64)
    filters += np.random.default_rng(1).uniform(-1e-16, 1e-16, filters.shape)
    magnitude._inverse_mel_filters.cache_clear()
    monkeypatch.setattr(magnitude, "mel_filters", lambda: filters)
    yield
    magnitude._inverse_mel_filters.cache_clear()


@pytest.mark.parametrize("fixture", [None, "rounded_otherwise"])
def test_the_magnitude_has_the_mel_that_was_given(
    fixture: str | None, request: pytest.FixtureRequest
) -> None:
    """Filters narrower than a bin are sums of others: rounding must not stand for what is lost."""
    if fixture:
        request.getfixturevalue(fixture)
    mel = SPECTRUM @ mel_filters().astype(np.float64)
    made = magnitude.mel_to_magnitude(np.log(mel))
    assert made.max() < 3
    assert made @ mel_filters() == pytest.approx(mel, rel=1e-9)
