"""Takes away what speech does not have: offsets, their steps, and rumble."""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from gan_audio_compression.signal.spec import SAMPLE_RATE

CUTOFF_HZ = 40.0
"""Where the filter has -3 dB; it has -48 dB an octave below, -0.1 dB at 50 Hz."""

_ORDER = 8


class HighPass:
    """A Butterworth filter; the same samples come out however the signal is cut into blocks."""

    def __init__(self) -> None:
        """Start before the first sample, as if the signal had always been what that is."""
        self._state: NDArray[np.float64] | None = None

    def feed(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the next [n] samples of a signal at 16 kHz, filtered."""
        if not len(block):
            return block
        if self._state is None:
            self._state = signal.sosfilt_zi(_sections()) * block[0]
        filtered, self._state = signal.sosfilt(_sections(), block, zi=self._state)
        result: NDArray[np.float32] = filtered.astype(np.float32)
        return result


@cache
def _sections() -> NDArray[np.float64]:
    sections: NDArray[np.float64] = signal.butter(
        _ORDER, CUTOFF_HZ, "highpass", fs=SAMPLE_RATE, output="sos"
    )
    return sections
