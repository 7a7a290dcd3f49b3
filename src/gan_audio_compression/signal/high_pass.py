"""Takes away what speech does not have: offsets, their steps, and rumble."""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from gan_audio_compression.signal.spec import SAMPLE_RATE

# -50 dB up to 32 Hz, -4 dB at 40 Hz, -0.3 dB at 45 Hz, and nothing is lost above. Filters of an odd
# order leave nothing of an offset.
_ORDER, _STOP_DB, _STOP_HZ = 9, 50.0, 32.0


class HighPass:
    """A Chebyshev filter of type 2; how the signal is cut into blocks changes nothing."""

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
    sections: NDArray[np.float64] = signal.cheby2(
        _ORDER, _STOP_DB, _STOP_HZ, "highpass", fs=SAMPLE_RATE, output="sos"
    )
    return sections
