"""The fast Griffin-Lim algorithm: a signal whose STFT has given magnitudes, or nearly so."""

import math
from collections.abc import Iterable, Iterator

import numpy as np

from gan_audio_compression.signal.arrays import Floats, Spectrum, complex_of
from gan_audio_compression.signal.frame_blocks import Block, FrameBlocks

ITERATIONS = 64
MOMENTUM = 0.99

# A bin c of a consistent spectrum is scaled by M sqrt(2) / sqrt(|c|^2 + M^2), which agrees with
# the usual M / |c| where |c| = M, but does not turn the last bit of a c near zero into a phase.
_SOFTNESS = 1.0
_SMALLEST_POWER = 1e-20


def fast_griffin_lim(
    magnitude: Floats,
    spectrum: Spectrum,
    fixed: Floats,
    end: int,
    iterations: int = ITERATIONS,
) -> tuple[Floats, Spectrum]:
    """Return a signal with nearly the STFT `magnitude` [frames, 257], and the last spectrum.

    As Perraudin, Balazs and Soendergaard have it (2013). The iteration starts from `spectrum`, and
    before each STFT the signal's first samples are set to `fixed` and those from `end` on to zero.
    All is computed in the precision of `magnitude`.
    """
    frames, projection = FrameBlocks(len(magnitude), magnitude.dtype), _Projection(magnitude)
    gain = frames.gain()

    def signal_of(blocks: Iterable[Block]) -> Floats:
        signal = frames.overlapped(blocks)
        signal *= gain
        signal[: len(fixed)] = fixed
        signal[end:] = 0.0
        return signal

    signal = signal_of((place, spectrum[place]) for place in frames.places)
    for iteration in range(iterations):
        momentum = MOMENTUM if iteration else 0.0
        blocks: Iterable[Block] = projection.of(frames.analysed(signal), momentum)
        if iteration == iterations - 1:
            blocks = [(place, block.copy()) for place, block in blocks]
        signal = signal_of(blocks)
    return signal, np.concatenate([block for _, block in blocks])


class _Projection:
    """What an iteration makes of a consistent spectrum: the magnitudes that it should have.

    A block goes through it at once, from signal to signal: to keep the spectrum of a chunk between
    two iterations, and to read it again, takes longer than all that is computed.
    """

    def __init__(self, magnitude: Floats) -> None:
        self._magnitude = magnitude
        self._previous = np.zeros(magnitude.shape, complex_of(magnitude.dtype))

    def of(self, blocks: Iterable[Block], momentum: float) -> Iterator[Block]:
        """Yield blocks with nearly the magnitudes, in the memory that they have."""
        for place, consistent in blocks:
            before = consistent - self._previous[place]
            self._previous[place] = consistent
            before *= momentum
            moved = np.add(consistent, before, out=consistent)
            magnitude = self._magnitude[place]
            power = moved.real**2 + moved.imag**2
            power += (_SOFTNESS * magnitude) ** 2 + _SMALLEST_POWER
            moved *= math.sqrt(1.0 + _SOFTNESS**2) * magnitude / np.sqrt(power)
            yield place, moved
