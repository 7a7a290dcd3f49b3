"""What stands for a pause: two bytes that say how loud its noise is, and of which colour."""

import numpy as np
from numpy.typing import NDArray

from gan_audio_compression.signal.live_level import FAINTEST, live_gain
from gan_audio_compression.signal.spec import FLOOR, MEL_BANDS

NOISE_BYTES = 2

NOISE_MS = 500
"""Milliseconds after which the noise is said again, at most."""

NOISE_GAIN = live_gain(FAINTEST)
"""Factor on a signal of which the log mel is that of a noise packet."""

# Bits of the mean and of the first cosines over the bands; nepers of a step, of 2 dB the first.
_BITS = (6, 4, 3, 3)
_STEPS = (0.23, 0.32, 0.32, 0.32)
_LOUDEST = 8.0

LogMel = NDArray[np.floating]


def noise_packet(noise: LogMel) -> bytes:
    """Return the packet of noise, of its log mel [128] in nepers; of the floor that of silence."""
    if (noise <= FLOOR).all():
        return bytes(NOISE_BYTES)
    mean, *shape = np.linalg.lstsq(_cosines().T, noise, rcond=None)[0] / _STEPS
    codes = [np.clip(round(mean - _LOUDEST / _STEPS[0]) + _highest(0), 1, _highest(0))]
    codes += [
        np.clip(round(value) + _middle(place), 0, _highest(place))
        for place, value in enumerate(shape, 1)
    ]
    packed = 0
    for code, bits in zip(codes, _BITS, strict=True):
        packed = packed << bits | int(code)
    return packed.to_bytes(NOISE_BYTES)


def noise_of(packet: bytes) -> NDArray[np.float64]:
    """Return the log mel [128] of a noise packet; -inf of silence."""
    packed = int.from_bytes(packet)
    codes: list[int] = []
    for bits in reversed(_BITS):
        codes.insert(0, packed & (1 << bits) - 1)
        packed >>= bits
    if not codes[0]:
        return np.full(MEL_BANDS, -np.inf)
    mean = _LOUDEST + _STEPS[0] * (codes[0] - _highest(0))
    shape = [_STEPS[place] * (code - _middle(place)) for place, code in enumerate(codes[1:], 1)]
    noise: NDArray[np.float64] = np.array([mean, *shape]) @ _cosines()
    return noise


def _highest(place: int) -> int:
    return (1 << _BITS[place]) - 1


def _middle(place: int) -> int:
    return 1 << _BITS[place] - 1


def _cosines() -> NDArray[np.float64]:
    """Return the cosines [4, 128] over the bands, of which the first is one."""
    bands = (np.arange(MEL_BANDS) + 0.5) / MEL_BANDS
    return np.cos(np.pi * np.arange(len(_BITS))[:, None] * bands)
