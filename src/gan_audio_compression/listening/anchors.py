"""The low-pass anchors of MUSHRA (BS.1534-3, section 5.1)."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import firwin, kaiserord, oaconvolve

from gan_audio_compression.signal.spec import SAMPLE_RATE

Wave = NDArray[np.float32]

LOW_ANCHOR_HERTZ, MID_ANCHOR_HERTZ = 3500, 7000
"""Where the pass bands end."""

# The standard wants 0.1 dB of ripple, 25 dB at 500 Hz above the pass band and 50 dB from 1 kHz on.
_TRANSITION_HERTZ = 500
_STOP_BAND_DB = 60.0


def low_pass_anchor(wave: Wave, pass_hertz: int) -> Wave:
    """Speech at 16 kHz without what is above `pass_hertz`, [n] as before and in time with it.

    A linear-phase FIR filter, 0.01 dB of ripple up to `pass_hertz`, 60 dB down 500 Hz further.
    """
    taps = _taps(pass_hertz)
    filtered = oaconvolve(wave.astype(np.float64), taps)
    delay = len(taps) // 2
    return np.asarray(filtered[delay : delay + len(wave)], dtype=np.float32)


@lru_cache(maxsize=2)
def _taps(pass_hertz: int) -> NDArray[np.float64]:
    length, beta = kaiserord(_STOP_BAND_DB, _TRANSITION_HERTZ / (SAMPLE_RATE / 2))
    middle = pass_hertz + _TRANSITION_HERTZ / 2
    # An odd length has a whole delay.
    taps: NDArray[np.float64] = firwin(length | 1, middle, window=("kaiser", beta), fs=SAMPLE_RATE)
    return taps
