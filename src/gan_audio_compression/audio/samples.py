"""Samples, mixed down and checked, wherever they come from."""

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.audio.errors import AudioShapeError, NotFiniteAudioError


def mono(samples: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return [n] float32 samples: `samples` [n], or the mean of channels [n, channels].

    Raises:
        AudioShapeError: another shape, or samples that are not floating-point numbers.
        NotFiniteAudioError: a sample is infinite or not a number.
    """
    if samples.ndim not in (1, 2) or samples.dtype.kind != "f":
        raise AudioShapeError(
            f"Samples of shape {samples.shape} and type {samples.dtype} cannot be used; "
            "give floats in [-1, 1] of shape [n] or [n, channels]."
        )
    mixed = samples if samples.ndim == 1 else samples.mean(axis=1, dtype=np.float64)
    if not np.isfinite(mixed).all():
        raise NotFiniteAudioError(
            "This audio has samples that are not finite numbers; export it again."
        )
    return mixed.astype(np.float32)
