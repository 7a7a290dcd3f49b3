"""Takes away what speech does not have: offsets, their steps, and rumble."""

from collections.abc import Iterable, Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from gan_audio_compression.signal.spec import SAMPLE_RATE

# -50 dB up to 32 Hz, -4 dB at 40 Hz, -0.3 dB at 45 Hz, and nothing is lost above. Filters of an odd
# order leave nothing of an offset.
_ORDER, _STOP_DB, _STOP_HZ = 9, 50.0, 32.0

# The filter rings for about so long.
_ONSET = SAMPLE_RATE // 10

Wave = NDArray[np.float32]
Precise = NDArray[np.float64]


def high_passed(blocks: Iterable[Wave]) -> Iterator[Wave]:
    """Yield the samples of blocks [n], 16 kHz, through a Chebyshev filter of type 2.

    The filter starts as if the signal had always been there, so that rumble that a recording
    begins in goes at once. How the signal is cut into blocks changes nothing.
    """
    state: Precise | None = None
    for block in _with_long_first(blocks):
        if state is None:
            state = _quietest_state(block)
        filtered, state = signal.sosfilt(_sections(), block, zi=state)
        yield filtered.astype(np.float32)


def _with_long_first(blocks: Iterable[Wave]) -> Iterator[Wave]:
    """Yield the samples in blocks that are not empty, the first as long as an onset if it can."""
    held: list[Wave] = []
    samples = 0
    for block in blocks:
        if not len(block):
            continue
        held.append(block)
        samples += len(block)
        if samples >= _ONSET:
            yield np.concatenate(held)
            held = []
    if held:
        yield np.concatenate(held)


def _quietest_state(beginning: Wave) -> Precise:
    """Return the state [sections, 2] from which least comes out of the filter in the onset.

    What a wrong state adds to the output is a sum of the filter's own oscillations, which speech
    hardly has, so least squares find it.
    """
    onset = beginning[:_ONSET]
    onset = np.pad(onset, (0, _ONSET - len(onset)), mode="mean")
    at_rest = np.zeros((len(_sections()), 2))
    out, _ = signal.sosfilt(_sections(), onset, zi=at_rest)
    state: Precise = -np.einsum("et,t->e", _states_of_oscillations(), out)
    return state.reshape(at_rest.shape)


@cache
def _states_of_oscillations() -> Precise:
    """Return the pseudo-inverse [elements, _ONSET] of what comes out of each element of the state.

    Every product here is small or a sum without BLAS, whose threads would go on in a loop.
    """
    states = np.eye(2 * len(_sections())).reshape(-1, len(_sections()), 2)
    silence = np.zeros(_ONSET)
    out = np.stack([signal.sosfilt(_sections(), silence, zi=one)[0] for one in states])
    normal = np.linalg.pinv(np.einsum("et,ft->ef", out, out), rcond=1e-13, hermitian=True)
    inverse: Precise = np.einsum("ef,ft->et", normal, out)
    return inverse


@cache
def _sections() -> Precise:
    sections: Precise = signal.cheby2(
        _ORDER, _STOP_DB, _STOP_HZ, "highpass", fs=SAMPLE_RATE, output="sos"
    )
    return sections
