"""The fast Griffin-Lim algorithm: a signal whose STFT has given magnitudes, or nearly so."""

import math

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.signal.frame_blocks import FrameBlocks

ITERATIONS = 64
MOMENTUM = 0.99

# A bin c of a consistent spectrum is scaled by M sqrt(2) / sqrt(|c|^2 + M^2), which agrees with
# the usual M / |c| where |c| = M, but does not turn the last bit of a c near zero into a phase.
_SOFTNESS = 1.0
_SMALLEST_POWER = 1e-20

Precise = NDArray[np.float64]
Spectrum = NDArray[np.complex128]


def fast_griffin_lim(
    magnitude: Precise, spectrum: Spectrum, fixed: Precise, end: int
) -> tuple[Precise, Spectrum]:
    """Return a signal with nearly the STFT `magnitude` [frames, 257], and the last `spectrum`.

    As Perraudin, Balazs and Soendergaard have it (2013). The iteration starts from `spectrum`, and
    before each STFT the signal's first samples are set to `fixed` and those from `end` on to zero.
    """
    frames = FrameBlocks(len(magnitude))
    gain = frames.gain()
    scale = magnitude * math.sqrt(1.0 + _SOFTNESS**2)
    softening = (_SOFTNESS * magnitude) ** 2 + _SMALLEST_POWER
    spectrum, previous = spectrum.copy(), np.empty_like(spectrum)

    def signal() -> Precise:
        made = frames.overlapped((place, spectrum[place]) for place in frames.places)
        made *= gain
        made[: len(fixed)] = fixed
        made[end:] = 0.0
        return made

    for iteration in range(ITERATIONS):
        for place, consistent in frames.analysed(signal()):
            moved = spectrum[place]
            moved[:] = consistent
            if iteration:
                moved += MOMENTUM * (consistent - previous[place])
            previous[place] = consistent
            power = moved.real**2 + moved.imag**2
            moved *= scale[place] / np.sqrt(power + softening[place])
    return signal(), spectrum
