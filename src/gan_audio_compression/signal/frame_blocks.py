"""The STFT of a long signal and its inverse, block by block of frames.

What is iterated stays in a processor's cache, and takes no new memory.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.signal.analysis import hann_window
from gan_audio_compression.signal.spec import BINS, FFT_SIZE, HOP

FRAMES_AT_ONCE = 32

_HOPS = FFT_SIZE // HOP
_SMALLEST_WINDOW_POWER = 1e-3

Precise = NDArray[np.float64]
Spectrum = NDArray[np.complex128]
Block = tuple[slice, Spectrum]
"""Places of frames, and their spectrum [n, 257]."""


class FrameBlocks:
    """Goes from a signal that `frames` frames see to their spectrum and back.

    Frame 0 is of the first 512 samples, and a frame begins every 128.
    """

    def __init__(self, frames: int) -> None:
        self.places = [
            slice(start, min(start + FRAMES_AT_ONCE, frames))
            for start in range(0, frames, FRAMES_AT_ONCE)
        ]
        self._frames = frames
        self._window = hann_window().astype(np.float64)
        self._seen, self._made = np.empty((2, FRAMES_AT_ONCE, FFT_SIZE))
        self._spectrum = np.empty((FRAMES_AT_ONCE, BINS), np.complex128)

    def analysed(self, signal: Precise) -> Iterator[Block]:
        """Yield the STFT of `signal` [512 + 128 * (frames - 1)].

        The next block takes the memory of the one before.
        """
        # NumPy's own views of windows take longer than the FFTs of a packet.
        steps = HOP * signal.itemsize, signal.itemsize
        shape = self._frames, FFT_SIZE
        frames: Precise = np.ndarray(shape, signal.dtype, np.ascontiguousarray(signal), 0, steps)
        for place in self.places:
            count = place.stop - place.start
            seen = np.multiply(frames[place], self._window, out=self._seen[:count])
            yield place, np.fft.rfft(seen, out=self._spectrum[:count])

    def overlapped(self, blocks: Iterable[Block]) -> Precise:
        """Return the sum [512 + 128 * (frames - 1)] of the windowed inverses of all `blocks`."""
        return self._added((place, self._inverse(spectrum)) for place, spectrum in blocks)

    def gain(self) -> Precise:
        """Return what makes `overlapped` of an STFT the signal: 1 / sum of squared windows."""
        squares = np.broadcast_to(self._window**2, (self._frames, FFT_SIZE))
        total = self._added([(slice(0, self._frames), squares)])
        gain: Precise = 1.0 / total.clip(_SMALLEST_WINDOW_POWER)
        return gain

    def _inverse(self, spectrum: Spectrum) -> Precise:
        made = np.fft.irfft(spectrum, FFT_SIZE, out=self._made[: len(spectrum)])
        made *= self._window
        return made

    def _added(self, blocks: Iterable[tuple[slice, Precise]]) -> Precise:
        """Return the sum of blocks of frames [n, 512], each where it is seen."""
        total = np.zeros((self._frames + _HOPS - 1, HOP))
        for place, frames in blocks:
            hops = frames.reshape(len(frames), _HOPS, HOP)
            for hop in range(_HOPS):
                total[place.start + hop : place.stop + hop] += hops[:, hop]
        return total.reshape(-1)
