"""From a log mel spectrogram back to the magnitudes of an STFT, without a network."""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.signal.analysis import mel_filters
from gan_audio_compression.signal.arrays import Array, Floats, array_namespace, at_least, like

Magnitudes = Callable[[Floats], Floats]
"""Gives the STFT magnitude [frames, 257] of a log mel [frames, 128] in nepers, the next frames of
one recording at each call; zero where the log mel is -inf."""

# Of the filters' singular values, as a share of the largest: what lies below is rounding.
_SMALLEST_SINGULAR_VALUE = 1e-6


def mel_to_magnitude(log_mel: Array) -> Array:
    """Return the STFT magnitude [..., 257] whose mel is nearest to `log_mel` [..., 128] in nepers.

    The pseudo-inverse of the filters, clipped at zero.
    """
    mel = array_namespace(log_mel).exp(log_mel)
    magnitude: Array = mel @ like(_inverse_mel_filters(), log_mel)
    return at_least(magnitude, 0.0)


@cache
def _inverse_mel_filters() -> NDArray[np.float64]:
    return np.linalg.pinv(mel_filters().astype(np.float64), rtol=_SMALLEST_SINGULAR_VALUE)
