"""Samples, mixed down and checked, wherever they come from."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gan_audio_compression.audio.errors import AudioShapeError, NotFiniteAudioError

_MOST_CHANNELS = 64


def mono(samples: ArrayLike) -> NDArray[np.float32]:
    """Return [n] float32 samples: `samples` [n], or the mean of channels [n, channels].

    Raises:
        AudioShapeError: another shape, or samples that are not floating-point numbers.
        NotFiniteAudioError: a sample is infinite or not a number.
    """
    array = np.asarray(samples)
    channels = array.shape[1] if array.ndim == 2 else 1
    if array.ndim not in (1, 2) or array.dtype.kind != "f" or channels > _MOST_CHANNELS:
        raise AudioShapeError(
            f"Samples of shape {array.shape} and type {array.dtype} cannot be used; "
            f"give floats in [-1, 1] of shape [n] or [n, channels], at most {_MOST_CHANNELS}."
        )
    mixed = array if array.ndim == 1 else array.mean(axis=1, dtype=np.float64)
    if not np.isfinite(mixed).all():
        raise NotFiniteAudioError(
            "This audio has samples that are not finite numbers; export it again."
        )
    with np.errstate(over="ignore"):  # infinite after all, and then clipped
        return mixed.astype(np.float32)
