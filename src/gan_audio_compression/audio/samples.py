"""Samples, mixed down and checked, wherever they come from."""

import logging
import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gan_audio_compression.audio.errors import AudioShapeError, NotFiniteAudioError

logger = logging.getLogger(__name__)

_MOST_CHANNELS = 64

# Floats that are merely too loud stay below; speech in steps of 16 bits does not.
_LOUDEST = 64.0

# The mean of channels that have nothing in common is no quieter than their number says; a quarter
# of that power is left where they cancel each other out.
_LEFT_OF_POWER = 0.25


class MixDown:
    """Mixes the blocks of a recording down to mono and full scale, and says what that costs."""

    def __init__(self) -> None:
        self.samples = 0
        """How many samples there were so far."""
        self._clipped = 0
        self._peak = self._power = self._expected_power = self._mixed_power = 0.0

    def mix(self, block: ArrayLike) -> NDArray[np.float32]:
        """Return [n] float32 samples: `block` [n], or the mean of channels [n, channels].

        What lies beyond [-1, 1] is clipped.

        Raises:
            AudioShapeError: another shape, or samples that are not floating-point numbers.
            NotFiniteAudioError: a sample is infinite or not a number.
        """
        array = _checked(np.asarray(block))
        with np.errstate(invalid="ignore", over="ignore"):
            mixed = array if array.ndim == 1 else array.mean(axis=1, dtype=np.float64)
        if not np.isfinite(mixed).all():
            raise NotFiniteAudioError(
                "This audio has samples that are not finite numbers; export it again."
            )
        magnitude = np.abs(mixed)
        self.samples += len(mixed)
        self._clipped += int(np.count_nonzero(magnitude > 1))
        self._peak = max(self._peak, float(magnitude.max(initial=0)))
        if array.ndim == 2 and array.size:
            self._add_powers(array, mixed)
        return mixed.clip(-1, 1).astype(np.float32, copy=False)

    def warn(self) -> None:
        """Log how many samples were clipped, and how far channels cancelled each other out."""
        if self._clipped:
            advice = "; divide samples in 16-bit steps by 32768" if self._peak > _LOUDEST else ""
            logger.warning(
                "%d of %d samples lay beyond full scale and were clipped%s.",
                self._clipped,
                self.samples,
                advice,
            )
        if self._mixed_power < _LEFT_OF_POWER * self._expected_power:
            loss = 10 * math.log10(self._power / max(self._mixed_power, 1e-12 * self._power))
            logger.warning(
                "The channels cancel each other out: their mean is %.0f dB quieter than they are; "
                "give one of them alone.",
                loss,
            )

    def _add_powers(self, array: NDArray[np.floating], mixed: NDArray[np.floating]) -> None:
        # Without the mean: an offset is nothing that can be heard.
        power = len(array) * float(array.var(axis=0, dtype=np.float64).mean())
        self._power += power
        self._expected_power += power / array.shape[1]
        self._mixed_power += len(array) * float(mixed.var(dtype=np.float64))


def _checked(array: NDArray[np.floating]) -> NDArray[np.floating]:
    if array.dtype.kind in "iu":
        raise AudioShapeError(
            f"Samples of type {array.dtype} are no floats in [-1, 1]; divide them by their full"
            " scale, which is 32768 for 16 bits."
        )
    channels = array.shape[1] if array.ndim == 2 else 1
    if array.ndim not in (1, 2) or array.dtype.kind != "f" or channels > _MOST_CHANNELS:
        raise AudioShapeError(
            f"Samples of shape {array.shape} and type {array.dtype} cannot be used; "
            f"give floats in [-1, 1] of shape [n] or [n, channels], at most {_MOST_CHANNELS}."
        )
    return array
