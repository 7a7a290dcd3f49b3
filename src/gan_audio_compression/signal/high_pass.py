"""Takes away what speech does not have: offsets, their steps, and rumble."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.signal.spec import SAMPLE_RATE

# Chebyshev's of type 2: -50 dB up to 32 Hz, -4 dB at 40 Hz, -0.3 dB at 45 Hz, and nothing is lost
# above. Filters of an odd order leave nothing of an offset. Each section is b0, b1, b2, a1, a2 of
# scipy.signal.cheby2(9, 50, 32, "highpass", fs=16000, output="sos").
_SECTIONS = (
    (0.972187242631802, -0.972187242631802, 0.0, -0.9902514538503651, 0.0),
    (1.0, -1.999981527208776, 1.0, -1.9816440466609013, 0.9817574398660588),
    (1.0, -1.9999347532223948, 1.0, -1.9849435847244048, 0.9851035927680784),
    (1.0, -1.9998815651368345, 1.0, -1.9900386244795216, 0.9902519738118181),
    (1.0, -1.999846849842463, 1.0, -1.9963550860811616, 0.9966037709889929),
)
_STATES = 2 * len(_SECTIONS)

# Samples that go through the filter as one product, small enough for BLAS to stay in its thread.
_BLOCK = 64
# The filter rings for about so long.
_ONSET = SAMPLE_RATE // 10

Wave = NDArray[np.float32]
Precise = NDArray[np.float64]


def high_passed(blocks: Iterable[Wave]) -> Iterator[Wave]:
    """Yield the samples of blocks [n], 16 kHz, through the filter.

    The first blocks are joined until they show where the filter should start, so how the signal is
    cut into blocks changes nothing.
    """
    high_pass = HighPass()
    for block in _with_long_first(blocks):
        yield high_pass.feed(block)


class HighPass:
    """The filter of one signal.

    It starts as if the signal had always been there, so that rumble that a recording begins in goes
    at once.
    """

    def __init__(self) -> None:
        """Start before the first sample."""
        # What the filter remembers, [10], and samples since the last of its own blocks, which were
        # given out already.
        self._state: Precise | None = None
        self._given = np.zeros(0, np.float32)

    def feed(self, block: Wave) -> Wave:
        """Return the next samples [n] through the filter; the first show where it should start."""
        if not len(block):
            return block
        if self._state is None:
            self._state = _quietest_state(block)
        samples = np.concatenate([self._given, block])
        whole = len(samples) // _BLOCK * _BLOCK
        out, self._state = _filtered(samples[:whole], self._state)
        rest = samples[whole:]
        begun, _ = _filtered(np.pad(rest, (0, _BLOCK - len(rest))), self._state)
        filtered = np.concatenate([out, begun[: len(rest)]])[len(self._given) :]
        self._given = rest
        return filtered.astype(np.float32)

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Return all that the filter knows of what came."""
        state = np.zeros(0) if self._state is None else self._state
        return {"state": state, "given": self._given}

    def restore(self, snapshot: Mapping[str, NDArray[Any]]) -> None:
        """Undo `snapshot`."""
        self._state = snapshot["state"] if len(snapshot["state"]) else None
        self._given = snapshot["given"]


def _filtered(samples: NDArray[np.floating], state: Precise) -> tuple[Precise, Precise]:
    """Return what comes out of whole blocks of samples, [64 n], and the state after them."""
    out = np.empty(len(samples))
    for start in range(0, len(samples), _BLOCK):
        result = _of_a_block() @ np.concatenate([samples[start : start + _BLOCK], state])
        out[start : start + _BLOCK], state = result[:_BLOCK], result[_BLOCK:]
    return out, state


@cache
def _of_a_block() -> Precise:
    """Return the matrix from 64 samples and the state before to what comes out and the state after.

    Its columns are what the sections make of each sample and of each element of the state alone.
    """
    columns = np.eye(_BLOCK + _STATES)
    samples, states = columns[:_BLOCK], columns[_BLOCK:].reshape(len(_SECTIONS), 2, -1)
    for sample in samples:
        for (b0, b1, b2, a1, a2), state in zip(_SECTIONS, states, strict=True):
            out = b0 * sample + state[0]
            state[0] = b1 * sample - a1 * out + state[1]
            state[1] = b2 * sample - a2 * out
            sample[:] = out
    return columns


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
    """Return the state [10] from which least comes out of the filter in the onset.

    What a wrong state adds to the output is a sum of the filter's own oscillations, which speech
    hardly has, so least squares find it.
    """
    onset = beginning[:_ONSET]
    onset = np.pad(onset, (0, _ONSET - len(onset)), mode="mean")
    out, _ = _filtered(onset, np.zeros(_STATES))
    state: Precise = -np.einsum("et,t->e", _states_of_oscillations(), out)
    return state


@cache
def _states_of_oscillations() -> Precise:
    """Return the pseudo-inverse [10, _ONSET] of what comes out of each element of the state.

    Every product here is small or a sum without BLAS, whose threads would go on in a loop.
    """
    silence = np.zeros(_ONSET)
    out = np.stack([_filtered(silence, state)[0] for state in np.eye(_STATES)])
    normal = np.linalg.pinv(np.einsum("et,ft->ef", out, out), rcond=1e-13, hermitian=True)
    inverse: Precise = np.einsum("ef,ft->et", normal, out)
    return inverse
