"""The mel filters in groups of bands, so that products leave out most of what is zero."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.signal.analysis import mel_filters
from gan_audio_compression.signal.spec import BINS, MEL_BANDS

_BANDS_AT_ONCE = 16

Precise = NDArray[np.float64]


def mel_of(magnitude: Precise) -> Precise:
    """Return the mel bands [n, 128] of an STFT magnitude [n, 257]."""
    mel = np.empty((len(magnitude), MEL_BANDS))
    for bands, bins, filters in _groups():
        mel[:, bands] = magnitude[:, bins] @ filters
    return mel


def gradient_by_magnitude(gradient: Precise) -> Precise:
    """Return the gradient [n, 257] by the magnitude, given that [n, 128] by its mel bands."""
    by_magnitude = np.zeros((len(gradient), BINS))
    for bands, bins, filters in _groups():
        by_magnitude[:, bins] += gradient[:, bands] @ filters.T
    return by_magnitude


@cache
def _groups() -> list[tuple[slice, slice, Precise]]:
    """Return bands that lie together, the bins that bear on them, and their filters."""
    filters = mel_filters().astype(np.float64)
    groups = []
    for start in range(0, MEL_BANDS, _BANDS_AT_ONCE):
        bands = slice(start, start + _BANDS_AT_ONCE)
        bearing = np.flatnonzero(filters[:, bands].any(axis=1))
        bins = slice(int(bearing[0]), int(bearing[-1]) + 1)
        groups.append((bands, bins, np.ascontiguousarray(filters[bins, bands])))
    return groups
