"""The texture of noise: what decoded spectra have lost, which are as smooth as an average."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.signal.analysis import hann_window, short_time_spectrum
from gan_audio_compression.signal.arrays import Array, array_namespace
from gan_audio_compression.signal.spec import BINS, FFT_SIZE, HOP

_OVERLAP = FFT_SIZE - HOP
# Noise has magnitudes near zero, whose logarithms nobody hears.
_FAINTEST = 0.03
# The mean of the logarithm of a Rayleigh magnitude of unit power is half of -0.5772 (Euler).
_MEAN_LOG = -0.28


def texture_of(noise: Array) -> Array:
    """Return the log magnitude [..., frames, 257] of `noise` [..., 512 + 128 * (frames - 1)].

    The noise is white, of unit power; the logarithm, in nepers, has a mean of about zero.
    """
    magnitude = abs(short_time_spectrum(noise)) / float(
        np.linalg.norm(hann_window().astype(np.float64))
    )
    texture: Array = array_namespace(noise).log(magnitude + _FAINTEST) - _MEAN_LOG
    return texture


def white_noise(draws: Array) -> Array:
    """Return noise of unit power from draws that are uniform in 0 .. 1.

    Each of 512 samples bears on a bin, so that its magnitude is nearly that of Gaussian noise.
    """
    noise: Array = (draws - 0.5) * 12**0.5
    return noise


class Texture:
    """The texture of noise that goes on, the same for every recording and on every machine."""

    def __init__(self) -> None:
        """Start at the first frame of a recording."""
        # Of all of NumPy's generators the one whose stream is promised to stay.
        self._draw = np.random.RandomState(0)
        self._past = self._noise(_OVERLAP)

    def frames(self, count: int) -> NDArray[np.float64]:
        """Return the texture of the next frames, [count, 257] float64."""
        if not count:
            return np.zeros((0, BINS))
        noise = np.concatenate([self._past, self._noise(HOP * count)])
        self._past = noise[-_OVERLAP:]
        return texture_of(noise)

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Return where it is."""
        generator = self._draw.get_state(legacy=False)["state"]
        return {"key": generator["key"], "pos": np.array(generator["pos"]), "past": self._past}

    def restore(self, snapshot: Mapping[str, NDArray[Any]]) -> None:
        """Undo `snapshot`."""
        key, pos = snapshot["key"], int(snapshot["pos"])
        self._draw.set_state({"bit_generator": "MT19937", "state": {"key": key, "pos": pos}})
        self._past = snapshot["past"]

    def _noise(self, samples: int) -> NDArray[np.float64]:
        return white_noise(self._draw.random_sample(samples))
