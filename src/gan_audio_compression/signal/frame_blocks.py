"""The STFT of a long signal and its inverse, block by block of frames.

What is iterated stays in a processor's cache, and takes no new memory.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import DTypeLike

from gan_audio_compression.signal.analysis import hann_window
from gan_audio_compression.signal.arrays import Floats, Spectrum, complex_of
from gan_audio_compression.signal.spec import BINS, FFT_SIZE, HOP

FRAMES_AT_ONCE = 32

_HOPS = FFT_SIZE // HOP
_SMALLEST_WINDOW_POWER = 1e-3

Block = tuple[slice, Spectrum]
"""Places of frames, and their spectrum [n, 257]."""


class FrameBlocks:
    """Goes from a signal that `frames` frames see to their spectrum and back.

    Frame 0 is of the first 512 samples, and a frame begins every 128. `precision` is that of what
    goes through, single or double.
    """

    def __init__(self, frames: int, precision: DTypeLike = np.float64) -> None:
        self.places = [
            slice(start, min(start + FRAMES_AT_ONCE, frames))
            for start in range(0, frames, FRAMES_AT_ONCE)
        ]
        self._frames = frames
        self._window = hann_window().astype(precision)
        self._seen, self._made = np.empty((2, FRAMES_AT_ONCE, FFT_SIZE), precision)
        self._spectrum = np.empty((FRAMES_AT_ONCE, BINS), complex_of(precision))

    def analysed(self, signal: Floats) -> Iterator[Block]:
        """Yield the STFT of `signal` [512 + 128 * (frames - 1)].

        The next block takes the memory of the one before.
        """
        # NumPy's own views of windows take longer than the FFTs of a packet.
        steps = HOP * signal.itemsize, signal.itemsize
        shape = self._frames, FFT_SIZE
        frames: Floats = np.ndarray(shape, signal.dtype, np.ascontiguousarray(signal), 0, steps)
        for place in self.places:
            count = place.stop - place.start
            seen = np.multiply(frames[place], self._window, out=self._seen[:count])
            yield place, np.fft.rfft(seen, out=self._spectrum[:count])

    def overlapped(self, blocks: Iterable[Block]) -> Floats:
        """Return the sum [512 + 128 * (frames - 1)] of the windowed inverses of all `blocks`."""
        return self._added((place, self._inverse(spectrum)) for place, spectrum in blocks)

    def gain(self) -> Floats:
        """Return what makes `overlapped` of an STFT the signal: 1 / sum of squared windows."""
        squares = np.broadcast_to(self._window**2, (self._frames, FFT_SIZE))
        total = self._added([(slice(0, self._frames), squares)])
        gain: Floats = 1.0 / total.clip(_SMALLEST_WINDOW_POWER)
        return gain

    def _inverse(self, spectrum: Spectrum) -> Floats:
        made = np.fft.irfft(spectrum, FFT_SIZE, out=self._made[: len(spectrum)])
        made *= self._window
        return made

    def _added(self, blocks: Iterable[tuple[slice, Floats]]) -> Floats:
        """Return the sum of blocks of frames [n, 512], each where it is seen."""
        total = np.zeros((self._frames + _HOPS - 1, HOP), self._window.dtype)
        for place, frames in blocks:
            hops = frames.reshape(len(frames), _HOPS, HOP)
            for hop in range(_HOPS):
                total[place.start + hop : place.stop + hop] += hops[:, hop]
        return total.reshape(-1)
